#include "hosts/cli/flow/input_types.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "document/duration.h"
#include "document/instant.h"
#include "document/json.h"
#include "document/nearest.h"
#include "document/pointer.h"
#include "document/strings.h"
#include "hosts/cli/expression/language/value.h"
#include "hosts/cli/flow/duration.h"
#include "outcome/try.h"

namespace winnow::cli {
namespace {

tl::unexpected<Failure> must(const std::string& what, const Json& value) {
  return fail(FailureKind::invalid_parameter,
              "must be " + what + ", found " + expression::described(value));
}

// The string, or an empty one for another value.
std::string_view string_or_empty(const Json& value) {
  return value.is_string() ? std::string_view(value.get_ref<const std::string&>()) : "";
}

Outcome<Json> as_string(const FlowInput& /*input*/, const Json& value) {
  if (value.is_structured() || value.is_null()) return must("a string", value);
  return Json(expression::printed(value));
}

// What `min` and `max` are compared with: the number itself, a duration's milliseconds.
std::optional<Json> measured_whole(const Json& value) {
  const auto number = value.is_string() ? document::number_of<std::int64_t>(string_or_empty(value))
                                        : expression::whole_number(value);
  return number ? std::optional(Json(*number)) : std::nullopt;
}

std::optional<Json> measured_real(const Json& value) {
  if (value.is_number()) return value;
  const auto number = document::number_of<double>(string_or_empty(value));
  return number && std::isfinite(*number) ? std::optional(Json(*number)) : std::nullopt;
}

std::optional<Json> measured_duration(const Json& value) {
  const auto length = document::length_of_duration(string_or_empty(value));
  return length ? std::optional(Json(length->count())) : std::nullopt;
}

Outcome<Json> as_whole(const FlowInput& /*input*/, const Json& value) {
  auto number = measured_whole(value);
  return number ? Outcome<Json>(std::move(*number)) : must("a whole number", value);
}

Outcome<Json> as_real(const FlowInput& /*input*/, const Json& value) {
  auto number = measured_real(value);
  return number ? Outcome<Json>(std::move(*number)) : must("a number", value);
}

Outcome<Json> as_boolean(const FlowInput& /*input*/, const Json& value) {
  if (value.is_boolean()) return value;
  if (value == Json("true") || value == Json("false")) return Json(value == Json("true"));
  return must("true or false", value);
}

Outcome<Json> as_instant(const FlowInput& /*input*/, const Json& value) {
  if (document::parse_instant(string_or_empty(value))) return value;
  return must("a date and time with a zone such as 2026-02-03T01:00:00Z", value);
}

Outcome<Json> as_date(const FlowInput& /*input*/, const Json& value) {
  const auto text = string_or_empty(value);
  if (text.size() == 10 && document::parse_iso_date_time(text)) return value;
  return must("a date such as 2026-02-03", value);
}

Outcome<Json> as_time(const FlowInput& /*input*/, const Json& value) {
  const auto read =
      document::parse_iso_date_time("2000-01-01T" + std::string(string_or_empty(value)));
  if (read && !read->offset) return value;
  return must("a time of day such as 01:00:00", value);
}

Outcome<Json> as_duration(const FlowInput& /*input*/, const Json& value) {
  return read_duration(string_or_empty(value)) ? Outcome<Json>(value)
                                               : must(std::string(kDurationForm), value);
}

Outcome<Json> as_choice(const FlowInput& input, const Json& value) {
  const Json& values = input.definition["values"];
  Json text = expression::printed(value);
  const bool is_known = std::find(values.begin(), values.end(), text) != values.end();
  if (is_known || input.definition.value("allowCustomValue", false)) return text;
  return must("one of " + values.dump(), value);
}

Outcome<Json> as_json(const FlowInput& /*input*/, const Json& value) {
  if (!value.is_string()) return value;
  auto parsed = document::parse_json(string_or_empty(value), "JSON");
  return parsed ? Outcome<Json>(std::move(parsed->value)) : must("JSON", value);
}

Outcome<Json> as_list(const FlowInput& input, const Json& value) {
  auto list = as_json(input, value);
  if (list && list->is_array()) return list;
  return must("a list, written as JSON such as [\"a\", \"b\"]", value);
}

Outcome<Json> as_choices(const FlowInput& input, const Json& value) {
  WINNOW_TRY(auto list, as_list(input, value));
  for (const auto& item : list) WINNOW_CHECK(as_choice(input, item));
  return list;
}

struct Type {
  std::string_view name;
  Outcome<Json> (*read)(const FlowInput&, const Json&);
  std::optional<Json> (*measured)(const Json&) = nullptr;  // nullptr: it has no bounds
};

constexpr Type kTypes[] = {
    {"STRING", as_string},
    {"INT", as_whole, measured_whole},
    {"FLOAT", as_real, measured_real},
    {"BOOLEAN", as_boolean},
    {"BOOL", as_boolean},
    {"DATETIME", as_instant},
    {"DATE", as_date},
    {"TIME", as_time},
    {"DURATION", as_duration, measured_duration},
    {"SELECT", as_choice},
    {"ENUM", as_choice},
    {"MULTISELECT", as_choices},
    {"JSON", as_json},
    {"ARRAY", as_list},
    {"URI", as_string},
    {"EMAIL", as_string},
};

const Type* find_type(std::string_view name) {
  const auto* found = std::ranges::find(kTypes, name, &Type::name);
  return found == std::end(kTypes) ? nullptr : found;
}

}  // namespace

Outcome<void> check_input(const document::Document& flow, const FlowInput& input) {
  const auto refuse = [&](const char* key, const std::string& message) {
    return mistake(flow, document::pointer_to(input.pointer, key), message);
  };
  if (input.type == "SECRET" || input.type == "FILE" || input.type == "YAML") {
    return refuse("type", "inputs of type " + input.type +
                              " are Kestra's and can't be given to this command");
  }
  const Type* type = find_type(input.type);
  if (type == nullptr) {
    return refuse("type", "unknown type '" + input.type + "'" +
                              document::did_you_mean(input.type, input_type_names()));
  }
  // A bound that nobody can compare must not let every value pass.
  for (const char* key : {"min", "max"}) {
    const auto bound = input.definition.find(key);
    if (bound == input.definition.end()) continue;
    if (type->measured == nullptr) {
      return refuse(key, "an input of type " + input.type + " has no '" + key + "'");
    }
    if (type->measured(*bound)) continue;
    return refuse(key, std::string("'") + key + "' can't be compared with a value of type " +
                           input.type + ", found " + expression::described(*bound));
  }
  const bool chooses = type->read == as_choice || type->read == as_choices;
  const auto values = input.definition.value("values", Json());
  if (!chooses || (values.is_array() && !values.empty())) return {};
  return refuse("values", "an input of type " + input.type + " needs a list of 'values'");
}

Outcome<Json> typed_input(const FlowInput& input, const Json& value) {
  const Type& type = *find_type(input.type);
  WINNOW_TRY(auto typed, type.read(input, value));
  if (type.measured == nullptr) return typed;
  const auto measure = type.measured(typed);
  const auto least = input.definition.find("min");
  if (least != input.definition.end() && *measure < *type.measured(*least)) {
    return must("at least " + expression::printed(*least), typed);
  }
  const auto most = input.definition.find("max");
  if (most != input.definition.end() && *measure > *type.measured(*most)) {
    return must("at most " + expression::printed(*most), typed);
  }
  return typed;
}

std::vector<std::string> input_type_names() {
  std::vector<std::string> names;
  for (const auto& type : kTypes) names.emplace_back(type.name);
  return names;
}

}  // namespace winnow::cli

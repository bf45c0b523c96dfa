#include "hosts/cli/flow/input_types.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "document/instant.h"
#include "document/json.h"
#include "document/nearest.h"
#include "hosts/cli/expression/dates/date_time.h"
#include "hosts/cli/expression/language/value.h"
#include "hosts/cli/flow/duration.h"

namespace winnow::cli {
namespace {

using Typed = tl::expected<Json, std::string>;

tl::unexpected<std::string> must(const std::string& what, const Json& value) {
  return tl::unexpected("must be " + what + ", found " + expression::description(value));
}

template <class Number>
std::optional<Number> converted(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  Number number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

Typed bounded(const FlowInput& input, const Json& number) {
  const auto least = input.definition.find("min");
  if (least != input.definition.end() && least->is_number() && number < *least) {
    return must("at least " + least->dump(), number);
  }
  const auto most = input.definition.find("max");
  if (most != input.definition.end() && most->is_number() && number > *most) {
    return must("at most " + most->dump(), number);
  }
  return number;
}

Typed as_text(const FlowInput&, const Json& value) {
  if (value.is_string()) return value;
  if (value.is_structured() || value.is_null()) return must("a text", value);
  return Json(expression::to_text(value));
}

Typed as_whole(const FlowInput& input, const Json& value) {
  if (const auto number = expression::whole_number(value)) return bounded(input, Json(*number));
  if (const auto number = converted<std::int64_t>(value)) return bounded(input, Json(*number));
  return must("a whole number", value);
}

Typed as_real(const FlowInput& input, const Json& value) {
  if (value.is_number()) return bounded(input, value);
  const auto number = converted<double>(value);
  if (number && std::isfinite(*number)) return bounded(input, Json(*number));
  return must("a number", value);
}

Typed as_boolean(const FlowInput&, const Json& value) {
  if (value.is_boolean()) return value;
  if (value == Json("true")) return Json(true);
  if (value == Json("false")) return Json(false);
  return must("true or false", value);
}

Typed as_instant(const FlowInput&, const Json& value) {
  if (value.is_string() && document::parse_instant(value.get_ref<const std::string&>()))
    return value;
  return must("a date and time with a zone such as 2026-02-03T01:00:00Z", value);
}

Typed as_date(const FlowInput&, const Json& value) {
  const bool fits = value.is_string() && value.get_ref<const std::string&>().size() == 10 &&
                    expression::read_iso(value.get_ref<const std::string&>(), expression::Zone{});
  if (fits) return value;
  return must("a date such as 2026-02-03", value);
}

Typed as_time(const FlowInput&, const Json& value) {
  const bool fits =
      value.is_string() &&
      expression::read_iso("2000-01-01T" + value.get<std::string>(), expression::Zone{}) &&
      value.get_ref<const std::string&>().find_first_not_of("0123456789:.") == std::string::npos;
  if (fits) return value;
  return must("a time of day such as 01:00:00", value);
}

Typed as_duration(const FlowInput&, const Json& value) {
  if (value.is_string() && read_duration(value.get_ref<const std::string&>())) return value;
  return must("an ISO 8601 duration such as PT30M", value);
}

Typed as_choice(const FlowInput& input, const Json& value) {
  const Json& values = input.definition["values"];
  const Json text = expression::to_text(value);
  if (std::find(values.begin(), values.end(), text) != values.end()) return text;
  if (input.definition.value("allowCustomValue", Json(false)) == Json(true)) return text;
  return must("one of " + values.dump(), value);
}

Typed as_json(const FlowInput&, const Json& value) {
  if (!value.is_string()) return value;
  auto parsed = document::parse_json(value.get_ref<const std::string&>(), "JSON");
  if (parsed) return std::move(parsed->value);
  return must("JSON", value);
}

Typed as_list(const FlowInput& input, const Json& value) {
  auto list = as_json(input, value);
  if (list && list->is_array()) return list;
  return must("a list, written as JSON such as [\"a\", \"b\"]", value);
}

Typed as_choices(const FlowInput& input, const Json& value) {
  auto list = as_list(input, value);
  if (!list) return list;
  for (const auto& item : *list) {
    if (auto choice = as_choice(input, item); !choice) return choice;
  }
  return list;
}

struct Type {
  std::string_view name;
  Typed (*read)(const FlowInput&, const Json&);
};

constexpr Type kTypes[] = {
    {"STRING", as_text},     {"INT", as_whole},    {"FLOAT", as_real},
    {"BOOLEAN", as_boolean}, {"BOOL", as_boolean}, {"DATETIME", as_instant},
    {"DATE", as_date},       {"TIME", as_time},    {"DURATION", as_duration},
    {"SELECT", as_choice},   {"ENUM", as_choice},  {"MULTISELECT", as_choices},
    {"JSON", as_json},       {"ARRAY", as_list},   {"URI", as_text},
    {"EMAIL", as_text},
};

const Type* find_type(const std::string& name) {
  const auto found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                  [&](const Type& type) { return type.name == name; });
  return found == std::end(kTypes) ? nullptr : found;
}

}  // namespace

tl::expected<void, InputMistake> check_input(const FlowInput& input) {
  const auto refuse = [](std::string key, std::string message) {
    return tl::unexpected(InputMistake{std::move(key), std::move(message)});
  };
  if (input.type == "SECRET" || input.type == "FILE" || input.type == "YAML") {
    return refuse("type", "inputs of type " + input.type +
                              " are Kestra's and can't be given to this command");
  }
  const Type* type = find_type(input.type);
  if (type == nullptr) {
    std::vector<std::string> names;
    for (const auto& known : kTypes) names.emplace_back(known.name);
    return refuse("type",
                  "unknown type '" + input.type + "'" + document::did_you_mean(input.type, names));
  }
  const bool chooses = type->read == as_choice || type->read == as_choices;
  const auto values = input.definition.find("values");
  if (chooses && (values == input.definition.end() || !values->is_array() || values->empty())) {
    return refuse("values", "an input of type " + input.type + " needs a list of 'values'");
  }
  return {};
}

Typed typed_input(const FlowInput& input, const Json& value) {
  return find_type(input.type)->read(input, value);
}

}  // namespace winnow::cli

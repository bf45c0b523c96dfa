#include "hosts/cli/flow/parameters.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include "document/json.h"
#include "document/pointer.h"
#include "document/trimmed.h"
#include "hosts/cli/expression/language/value.h"

namespace winnow::cli {
namespace {

bool wants(const Json& schema, const char* type) {
  const auto found = schema.find("type");
  if (found == schema.end()) return false;
  if (found->is_array()) return std::find(found->begin(), found->end(), Json(type)) != found->end();
  return *found == Json(type);
}

template <class Number>
std::optional<Json> number_of(const std::string& text) {
  Number number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size())
    return std::nullopt;
  return Json(number);
}

// What the text stands for in one of the types that the schema wants beside text.
std::optional<Json> read_as(const Json& schema, const std::string& text) {
  if (wants(schema, "boolean") && (text == "true" || text == "false")) return Json(text == "true");
  if (wants(schema, "integer")) {
    if (auto number = number_of<std::int64_t>(text)) return number;
  }
  if (wants(schema, "number")) {
    if (auto number = number_of<double>(text); number && std::isfinite(number->get<double>()))
      return number;
  }
  const bool list = wants(schema, "array") && text.starts_with('[');
  const bool map = wants(schema, "object") && text.starts_with('{');
  if (!list && !map) return std::nullopt;
  auto parsed = document::parse_json(text, "JSON");
  return parsed ? std::optional(std::move(parsed->value)) : std::nullopt;
}

// What doesn't fit stays as it is: the schema then says what is wrong with it.
Json fitted(const Json& schema, Json value) {
  if (wants(schema, "string")) {
    const bool scalar = value.is_number() || value.is_boolean();
    return scalar ? Json(expression::to_text(value)) : value;
  }
  if (!value.is_string()) return value;
  auto read = read_as(schema, std::string(document::trimmed(value.get_ref<const std::string&>())));
  return read ? std::move(*read) : value;
}

bool is_nothing(const Json& value) {
  return value.is_null() ||
         (value.is_string() && document::trimmed(value.get_ref<const std::string&>()).empty());
}

bool has_expression(const Json& value) {
  return value.is_string() && value.get_ref<const std::string&>().find("{{") != std::string::npos;
}

// The parameter's value, or nothing where it counts as absent.
Outcome<std::optional<Json>> one(const Json& schema, const Json& written, const Place& place,
                                 const expression::Scope& scope) {
  if (written.is_null()) return std::optional<Json>();
  auto value = rendered(written, place, scope);
  if (!value) return fail(value.error());
  if (!has_expression(written) || !is_nothing(*value))
    return std::optional(fitted(schema, std::move(*value)));
  const bool has_default =
      wants(schema, "boolean") || wants(schema, "integer") || wants(schema, "number");
  if (has_default) return std::optional<Json>();
  return mistake(
      place.document, place.pointer,
      "the expression gives nothing, and a filter without a value would mean everything; leave the "
      "parameter out, or give the expression a value by ??");
}

}  // namespace

bool uses_outputs(const Json& value) {
  if (value.is_structured()) return std::any_of(value.begin(), value.end(), uses_outputs);
  if (!has_expression(value)) return false;
  const auto parsed = expression::Template::parse(value.get_ref<const std::string&>());
  if (!parsed) return false;
  const auto references = parsed->references();
  return std::any_of(
      references.begin(), references.end(),
      [](const expression::Reference& reference) { return reference.path.front() == "outputs"; });
}

Outcome<Json> render_parameters(const Flow& flow, const FlowTask& task, const Json& schema,
                                const expression::Scope& scope, Readiness readiness) {
  static const Json none = Json::object();
  const auto properties = schema.find("properties");
  Json result = Json::object();
  for (const auto& [name, written] : task.parameters.items()) {
    if (readiness == Readiness::before_any_task && uses_outputs(written)) continue;
    const bool known = properties != schema.end() && properties->contains(name);
    const Place place{flow.document, document::pointer_to(task.pointer, name)};
    auto value = one(known ? (*properties)[name] : none, written, place, scope);
    if (!value) return fail(value.error());
    if (*value) result[name] = std::move(**value);
  }
  return result;
}

}  // namespace winnow::cli

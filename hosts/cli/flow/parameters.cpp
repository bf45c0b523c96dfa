#include "hosts/cli/flow/parameters.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "document/json.h"
#include "document/pointer.h"
#include "document/strings.h"
#include "hosts/cli/expression/language/value.h"
#include "hosts/cli/flow/references.h"
#include "outcome/try.h"

namespace winnow::cli {
namespace {

bool wants(const Json& schema, const char* type) {
  const auto wanted = schema.value("type", Json());
  if (!wanted.is_array()) return wanted == Json(type);
  return std::find(wanted.begin(), wanted.end(), Json(type)) != wanted.end();
}

// The string as a value of one of the types that the schema allows; nothing where it fits none of
// them.
std::optional<Json> read_as(const Json& schema, const std::string& text) {
  if (wants(schema, "boolean") && (text == "true" || text == "false")) return Json(text == "true");
  if (wants(schema, "integer")) {
    if (const auto number = document::number_of<std::int64_t>(text)) return Json(*number);
  }
  if (wants(schema, "number")) {
    const auto number = document::number_of<double>(text);
    if (number && std::isfinite(*number)) return Json(*number);
  }
  const bool list = wants(schema, "array") && text.starts_with('[');
  const bool map = wants(schema, "object") && text.starts_with('{');
  if (!list && !map) return std::nullopt;
  auto parsed = document::parse_json(text, "JSON");
  return parsed ? std::optional(std::move(parsed->value)) : std::nullopt;
}

// A value that does not fit stays as it is: the schema then says what is wrong with it.
Json coerced(const Json& schema, Json value) {
  if (wants(schema, "string") && (value.is_number() || value.is_boolean())) {
    return Json(expression::printed(value));
  }
  if (!value.is_string()) return value;
  auto read = read_as(schema, std::string(document::trimmed(value.get_ref<const std::string&>())));
  return read ? std::move(*read) : value;
}

bool is_nothing(const Json& value) {
  return value.is_null() || (value.is_string() && expression::is_empty(value));
}

// A number or a switch has its default instead. What has none narrows what goes, a number of
// executions to be kept too, but for `batchTime`; and a dry run is never left by accident.
bool may_be_absent(const std::string& name, const Json& schema) {
  if (name == "batchTime") return true;
  const bool plain =
      wants(schema, "boolean") || wants(schema, "integer") || wants(schema, "number");
  if (!plain || !schema.contains("default")) return false;
  return name != "dryRun" || schema["default"] == Json(true);
}

// The parameter's value, or nothing where it counts as absent.
Outcome<std::optional<Json>> one(const std::string& name, const Json& schema, const Json& written,
                                 const Place& place, const expression::Scope& scope) {
  WINNOW_TRY(auto value, rendered(written, place, scope));
  if (!has_expression(written) || !is_nothing(value)) {
    return std::optional(coerced(schema, std::move(value)));
  }
  if (may_be_absent(name, schema)) return std::optional<Json>();
  return mistake(
      place.document, place.pointer,
      "the expression gives nothing, and without a value for '" + name +
          "' more would be selected or removed; leave the parameter out, or give the expression a "
          "value by ??");
}

}  // namespace

Outcome<Json> render_parameters(const Flow& flow, const FlowTask& task, const Json& schema,
                                const expression::Scope& scope, Readiness readiness) {
  const auto properties = schema.value("properties", Json::object());
  Json result = Json::object();
  for (const auto& [name, written] : task.parameters.items()) {
    if (readiness == Readiness::before_any_task && uses_outputs(written)) continue;
    const Place place{flow.document, document::pointer_to(task.pointer, name)};
    WINNOW_TRY(auto value,
               one(name, properties.value(name, Json::object()), written, place, scope));
    if (value) result[name] = std::move(*value);
  }
  return result;
}

}  // namespace winnow::cli

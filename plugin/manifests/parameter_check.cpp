// A manifest's parameters: keywords that fit the type, defaults that fit the parameter, filters
// that fit both.
#include <algorithm>
#include <map>
#include <set>

#include "document/nearest.h"
#include "document/object.h"
#include "document/pointer.h"
#include "document/schema.h"
#include "plugin/manifests/check.h"
#include "plugin/manifests/filter_operators.h"
#include "plugin/manifests/value_types.h"
#include "tasks/engine.h"

namespace winnow::plugin {
namespace {

using document::Json;
using document::pointer_to;

// Keywords that say something about one type of value only.
const std::map<std::string, std::set<std::string>>& types_of_keywords() {
  static const std::map<std::string, std::set<std::string>> types{
      {"format", {"string"}},
      {"enum", {"string", "integer", "number", "values"}},
      {"minLength", {"string"}},
      {"maxLength", {"string"}},
      {"minimum", {"integer", "number"}},
      {"maximum", {"integer", "number"}},
      {"items", {"array"}},
      {"minItems", {"array"}},
      {"maxItems", {"array"}},
      {"uniqueItems", {"array"}},
      {"properties", {"object"}},
  };
  return types;
}

void check_keywords(const Json& parameter, const std::string& pointer, Diagnostics& diagnostics) {
  const auto type = parameter["type"].get<std::string>();
  for (const auto& [keyword, types] : types_of_keywords()) {
    if (!parameter.contains(keyword) || types.contains(type)) continue;
    diagnostics.add(pointer_to(pointer, keyword), "says nothing about a value of type " + type);
  }
  if (type == "array" && member(parameter, "items").empty()) {
    diagnostics.add(pointer, "a list needs `items` that say what its elements are");
  }
  if (type == "object" && member(parameter, "properties").empty()) {
    diagnostics.add(pointer, "an object needs `properties` that say what its members are");
  }
}

void check_ranges(const Json& schema, const std::string& pointer, Diagnostics& diagnostics) {
  using Range = std::pair<const char*, const char*>;
  for (const auto& [least, most] : {Range{"minLength", "maxLength"}, Range{"minimum", "maximum"},
                                    Range{"minItems", "maxItems"}}) {
    if (!schema.contains(least) || !schema.contains(most) || schema[least] <= schema[most])
      continue;
    diagnostics.add(pointer_to(pointer, most),
                    std::string("is smaller than ") + least + ": no value fits");
  }
}

void check_fits(const Json& schema, const Json& value, const std::string& pointer,
                Diagnostics& diagnostics) {
  const auto compiled = document::Schema::compile(schema);
  if (!compiled) return diagnostics.add(pointer, compiled.error().message);
  if (const auto mismatch = compiled->mismatch(value)) {
    diagnostics.add(pointer + mismatch->pointer, mismatch->message);
  }
}

// What `enum` lists.
Json type_of_element(const Json& parameter) {
  return document::is_text(parameter["type"], "values") ? Json("string") : parameter["type"];
}

void check_values(const Json& parameter, const std::string& pointer, Diagnostics& diagnostics) {
  const auto& values = member(parameter, "enum");
  for (std::size_t i = 0; i < values.size(); ++i) {
    check_fits({{"type", type_of_element(parameter)}}, values[i],
               pointer_to(pointer_to(pointer, "enum"), i), diagnostics);
  }
  if (!parameter.contains("default")) return;
  if (parameter.value("required", false)) {
    diagnostics.add(pointer_to(pointer, "default"),
                    "a parameter that is required never takes its default");
  }
  auto schema = json_schema_of(parameter);
  schema.erase("default");
  check_fits(schema, parameter["default"], pointer_to(pointer, "default"), diagnostics);
}

// Empty where the parameter's type serves the operator.
std::string wrong_type(Operand operand, const Json& parameter) {
  const auto type = parameter["type"].get<std::string>();
  const auto format = parameter.value("format", "");
  switch (operand) {
    case Operand::text:
      return type == "string" && format.empty() ? ""
                                                : "a parameter of type string without a format";
    case Operand::name:
      if (type == "values") return "";
      return type == "string" && format.empty()
                 ? ""
                 : "a parameter of type string without a format, or of type values";
    case Operand::values:
      return type == "values" ? "" : "a parameter of type values";
    case Operand::labels:
      return type == "labels" ? "" : "a parameter of type labels";
    case Operand::texts:
      return type == "array" ? "" : "a parameter of type array";
    case Operand::instant:
      return type == "string" && format == "date-time"
                 ? ""
                 : "a parameter of type string and format date-time";
    case Operand::boolean:
      return type == "boolean" ? "" : "a parameter of type boolean";
  }
  return "another type";
}

void check_is_parameter(const std::string& name, const Json& parameters, const std::string& pointer,
                        Diagnostics& diagnostics) {
  if (parameters.contains(name)) return;
  diagnostics.add(pointer, "there is no parameter \"" + name + "\"" +
                               document::did_you_mean(name, document::keys_of(parameters)));
}

void check_exact_with(const Json& filter, const Json& parameters, const std::string& pointer,
                      Diagnostics& diagnostics) {
  if (!filter.contains("exact-with")) return;
  if (!document::is_text(filter["operator"], "namespace")) {
    diagnostics.add(pointer_to(pointer, "exact-with"), "goes with the operator namespace only");
  }
  check_is_parameter(filter["exact-with"].get<std::string>(), parameters,
                     pointer_to(pointer, "exact-with"), diagnostics);
}

// Rules for dates alone: another column by another parameter, and where the column has no value.
void check_instead(const Json& filter, const Json& parameters, Operand operand,
                   const std::string& pointer, Diagnostics& diagnostics) {
  for (const auto* key : {"instead", "missing-in"}) {
    if (!filter.contains(key)) continue;
    const auto place = pointer_to(pointer, key);
    if (operand != Operand::instant) {
      diagnostics.add(place, "goes with at-or-after, at-or-before, after and before only");
    }
    check_identifier(filter[key]["column"], pointer_to(place, "column"), diagnostics);
    check_path(filter[key], place, diagnostics);
  }
  if (!filter.contains("instead")) return;
  check_is_parameter(filter["instead"]["parameter"].get<std::string>(), parameters,
                     pointer_to(pointer, "instead") + "/parameter", diagnostics);
}

void check_filter(const Json& parameter, const Json& parameters, const std::string& pointer,
                  Diagnostics& diagnostics) {
  const Json& filter = parameter["filter"];
  const auto name = filter["operator"].get<std::string>();
  const auto operand = operator_named(name).operand;
  check_identifier(filter["column"], pointer_to(pointer, "column"), diagnostics);
  check_path(filter, pointer, diagnostics);
  check_exact_with(filter, parameters, pointer, diagnostics);
  if (const auto wanted = wrong_type(operand, parameter); !wanted.empty()) {
    diagnostics.add(pointer_to(pointer, "operator"), "the operator " + name + " needs " + wanted);
  }
  if (filter.contains("document") && operand != Operand::instant && operand != Operand::values) {
    diagnostics.add(pointer_to(pointer, "document"),
                    "goes with at-or-after, at-or-before, after, before, one-of and names only");
  }
  if (filter.contains("when-missing") && operand != Operand::values) {
    diagnostics.add(pointer_to(pointer, "when-missing"), "goes with one-of and names only");
  }
  if (filter.contains("implies")) {
    const auto implies = pointer_to(pointer, "implies");
    check_identifier(filter["implies"], implies, diagnostics);
    if (operand != Operand::instant) {
      diagnostics.add(implies, "goes with at-or-after, at-or-before, after and before only");
    }
  }
  check_instead(filter, parameters, operand, pointer, diagnostics);
  if (!filter.contains("when-absent")) return;
  if (operand != Operand::texts) {
    diagnostics.add(pointer_to(pointer, "when-absent"), "goes with the operator any-of only");
  } else if (document::is_text(parameter["type"], "array") && parameter.contains("items")) {
    check_fits({{"type", "array"}, {"items", parameter["items"]}}, filter["when-absent"],
               pointer_to(pointer, "when-absent"), diagnostics);
  }
}

// A parameter of a listing that nothing reads would be taken and have no effect.
void check_used(const Json& parameters, const std::string& name, const std::string& pointer,
                Diagnostics& diagnostics) {
  const auto is_of = [&name](const auto& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (is_of(tasks::kListingParameters) || is_of(tasks::kListingParametersOfExecutions)) return;
  for (const auto& parameter : parameters) {
    if (member(member(member(parameter, "filter"), "instead"), "parameter") == name) return;
  }
  diagnostics.add(pointer, "has no filter, so that it would change nothing");
}

}  // namespace

void check_parameters(const Json& manifest, Diagnostics& diagnostics) {
  const Json& parameters = member(manifest, "parameters");
  const bool is_listing = document::is_text(manifest["engine"], "listing");
  std::string deleted;  // the parameter that has include-deleted
  for (const auto& entry : parameters.items()) {
    const auto pointer = pointer_to("/parameters", entry.key());
    const Json& parameter = entry.value();
    check_name(entry.key(), pointer, diagnostics);
    check_keywords(parameter, pointer, diagnostics);
    check_ranges(parameter, pointer, diagnostics);
    check_ranges(member(parameter, "items"), pointer_to(pointer, "items"), diagnostics);
    check_values(parameter, pointer, diagnostics);
    if (!parameter.contains("filter")) {
      if (is_listing) check_used(parameters, entry.key(), pointer, diagnostics);
      continue;
    }
    check_filter(parameter, parameters, pointer_to(pointer, "filter"), diagnostics);
    if (!document::is_text(parameter["filter"]["operator"], "include-deleted")) continue;
    if (!deleted.empty())
      diagnostics.add(pointer, "\"" + deleted + "\" says already whether deleted rows count");
    deleted = entry.key();
  }
}

}  // namespace winnow::plugin

// Words for schemas and values.
#include "document/explain.h"

#include <algorithm>
#include <optional>

#include "document/utf8.h"

namespace winnow::document {
namespace {

constexpr std::size_t kLongestQuote = 60;

std::string enumerated(const std::vector<std::string>& parts, std::string_view last_joint) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? last_joint : std::string_view(", ");
    text += parts[i];
  }
  return text;
}

std::string range(const Json& definition, const char* least, const char* most,
                  std::string_view unit) {
  const auto low = definition.find(least);
  const auto high = definition.find(most);
  const bool from = low != definition.end();
  const bool to = high != definition.end();
  const auto with_unit = [&](const Json& bound) {
    return bound.dump() +
           (unit.empty() ? "" : std::string(" ").append(unit) + (bound == 1 ? "" : "s"));
  };
  if (from && to && *low == *high) return " of " + with_unit(*low);
  if (from && to) return " from " + low->dump() + " to " + with_unit(*high);
  if (from) return " of at least " + with_unit(*low);
  if (to) return " of at most " + with_unit(*high);
  return {};
}

// Numbers alone may have to be above their bound.
std::string number_range(const Json& definition) {
  const auto above = definition.find("exclusiveMinimum");
  if (above == definition.end()) return range(definition, "minimum", "maximum", "");
  const auto most = definition.find("maximum");
  return " above " + above->dump() +
         (most == definition.end() ? std::string() : " and at most " + most->dump());
}

std::string described_text(const Json& definition) {
  if (definition.value("format", "") == "date-time") {
    return "a date and time with a zone, such as 2026-02-03T01:00:00Z";
  }
  if (definition.value("minLength", 0) == 1 && !definition.contains("maxLength"))
    return "a string that is not empty";
  return "a string" + range(definition, "minLength", "maxLength", "character");
}

std::string described_object(const Json& definition) {
  const auto required = definition.find("required");
  if (required == definition.end() || required->empty()) {
    return "an object" + range(definition, "minProperties", "maxProperties", "member");
  }
  std::vector<std::string> names;
  for (const auto& name : *required) names.push_back(name.dump());
  return "an object with " + enumerated(names, " and ");
}

std::string described_type(const std::string& type, const Json& definition) {
  if (type == "string") return described_text(definition);
  if (type == "integer") return "an integer" + range(definition, "minimum", "maximum", "");
  if (type == "number") return "a number" + number_range(definition);
  if (type == "boolean") return "true or false";
  if (type == "array") return "a list" + range(definition, "minItems", "maxItems", "element");
  if (type == "object") return described_object(definition);
  return type;
}

}  // namespace

std::vector<const Json*> alternatives(const Json& definition) {
  std::vector<const Json*> all{&definition};
  for (const char* keyword : {"anyOf", "oneOf"}) {
    const auto found = definition.find(keyword);
    if (found == definition.end()) continue;
    for (const auto& alternative : *found) {
      const auto deeper = alternatives(alternative);
      all.insert(all.end(), deeper.begin(), deeper.end());
    }
  }
  return all;
}

std::string described_schema(const Json& definition) {
  for (const char* keyword : {"anyOf", "oneOf"}) {
    const auto found = definition.find(keyword);
    if (found == definition.end()) continue;
    std::vector<std::string> parts;
    for (const auto& alternative : *found) parts.push_back(described_schema(alternative));
    return enumerated(parts, " or ");
  }
  if (const auto found = definition.find("const"); found != definition.end()) return found->dump();
  if (const auto found = definition.find("enum"); found != definition.end()) {
    std::vector<std::string> parts;
    for (const auto& value : *found) parts.push_back(value.dump());
    return parts.size() == 1 ? parts.front() : "one of " + enumerated(parts, ", ");
  }
  const auto type = definition.find("type");
  if (type == definition.end()) return "another value";
  if (type->is_string()) return described_type(type->get<std::string>(), definition);
  std::vector<std::string> parts;
  for (const auto& each : *type)
    parts.push_back(described_type(each.get<std::string>(), definition));
  return enumerated(parts, " or ");
}

std::string described_value(const Json& value) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.empty()) return "the empty string";
    return "the string " + Json(shortened(text, kLongestQuote)).dump();
  }
  if (value.is_number()) return "the number " + value.dump();
  if (value.is_array())
    return value.empty() ? "an empty list" : "a list of " + std::to_string(value.size());
  if (value.is_object()) return value.empty() ? "an empty object" : "an object";
  return value.dump();
}

std::vector<std::string> known_properties(const Json& definition) {
  std::vector<std::string> names;
  for (const Json* alternative : alternatives(definition)) {
    const auto properties = alternative->find("properties");
    if (properties == alternative->end()) continue;
    for (const auto& property : properties->items()) names.push_back(property.key());
  }
  return names;
}

}  // namespace winnow::document

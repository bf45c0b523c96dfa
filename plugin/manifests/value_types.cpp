#include "plugin/manifests/value_types.h"

namespace winnow::plugin {
namespace {

using document::Json;

// Keywords say something about values of their own type only: these are a string, a list, or both.
Json one_or_several(const Json& element, Json types) {
  Json schema{{"type", std::move(types)}, {"minItems", 1}, {"items", element}};
  if (element.contains("minLength")) schema["minLength"] = element["minLength"];
  return schema;
}

Json negatable(const Json& element, const Json& types) {
  auto with_object = types;
  with_object.push_back("object");
  auto schema = one_or_several(element, std::move(with_object));
  schema["properties"] = {{"not", one_or_several(element, types)}};
  schema["required"] = {"not"};
  schema["additionalProperties"] = false;
  return schema;
}

Json values_schema(const Json& parameter) {
  // A single string's own choices can't be said beside the other forms: the task checks them.
  const Json element = parameter.contains("enum") ? Json{{"enum", parameter["enum"]}}
                                                  : Json{{"type", "string"}, {"minLength", 1}};
  return negatable(element, {"string", "array"});
}

Json labels_schema() {
  const Json element{{"type", {"string", "integer", "boolean"}}, {"minLength", 1}};
  return {{"type", "object"},
          {"minProperties", 1},
          {"additionalProperties", negatable(element, {"string", "integer", "boolean", "array"})}};
}

}  // namespace

Json json_schema_of(Json parameter) {
  for (const char* own : {"required", "filter"}) parameter.erase(own);
  const auto type = parameter.value("type", "");
  if (type == "values" || type == "labels") {
    const auto spelled_out = type == "values" ? values_schema(parameter) : labels_schema();
    parameter.erase("enum");
    for (const auto& keyword : spelled_out.items()) parameter[keyword.key()] = keyword.value();
    return parameter;
  }
  if (parameter.contains("properties")) parameter["additionalProperties"] = false;
  return parameter;
}

}  // namespace winnow::plugin

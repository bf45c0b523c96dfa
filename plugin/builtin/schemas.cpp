// Holds what the operator wrote against the schemas that are compiled in.
#include "plugin/builtin/schemas.h"

#include <algorithm>
#include <map>

namespace winnow::plugin {
namespace {

using document::Json;
using document::Schema;

using Schemas = std::map<std::string_view, Schema>;

// `{"$ref": "#/definitions/..."}` replaced by its definition, so that messages can describe it.
Json spelled_out(const Json& schema, const Json& root) {
  if (schema.contains("$ref")) {
    const auto reference = schema["$ref"].get<std::string>();
    return spelled_out(root.at(Json::json_pointer(reference.substr(1))), root);
  }
  Json copy = schema;
  if (copy.is_structured()) {
    for (auto& part : copy) part = spelled_out(part, root);
  }
  return copy;
}

Json parsed(const document::EmbeddedFile& builtin) {
  const auto definition = Json::parse(builtin.text, nullptr, false);
  return spelled_out(definition, definition);
}

Outcome<Schemas> compiled_schemas() {
  Schemas schemas;
  for (const auto& builtin : builtin_schemas()) {
    auto schema = Schema::compile(parsed(builtin));
    if (!schema) return fail(std::move(schema.error()));
    schemas.emplace(builtin.name, std::move(*schema));
  }
  return schemas;
}

}  // namespace

Json builtin_schema(std::string_view name) {
  for (const auto& builtin : builtin_schemas()) {
    if (builtin.name == name) return parsed(builtin);
  }
  return {};
}

Outcome<void> check_against(std::string_view schema_name, const document::Document& document) {
  static const auto schemas = compiled_schemas();
  if (!schemas) return fail(schemas.error());
  const auto mismatch = schemas->at(schema_name).mismatch(document.value);
  if (!mismatch) return {};
  return fail(FailureKind::configuration, placed(document, mismatch->pointer, mismatch->message),
              mismatch->pointer);
}

std::string placed(const document::Document& document, std::string_view pointer,
                   std::string_view reason) {
  std::string message = document.place(pointer) + ": ";
  if (!pointer.empty()) message.append(pointer).append(": ");
  return message.append(reason);
}

}  // namespace winnow::plugin

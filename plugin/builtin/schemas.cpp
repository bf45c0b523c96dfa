// Holds what the operator wrote against the schemas that are compiled in.
#include "plugin/builtin/schemas.h"

#include <map>

#include "outcome/try.h"

namespace winnow::plugin {
namespace {

using document::Json;
using Schemas = std::map<std::string_view, document::LazySchema>;

// `{"$ref": "#/definitions/..."}` replaced by its definition, so that messages can describe it.
void spell_out(Json& schema, const Json& root) {
  while (schema.contains("$ref")) {
    const auto reference = schema["$ref"].get<std::string>();
    schema = root.at(Json::json_pointer(reference.substr(1)));
  }
  if (!schema.is_structured()) return;
  for (auto& part : schema) spell_out(part, root);
}

Json parsed(const document::EmbeddedFile& builtin) {
  const auto definition = Json::parse(builtin.text, nullptr, false);
  auto schema = definition;
  spell_out(schema, definition);
  return schema;
}

Schemas all_schemas() {
  Schemas schemas;
  for (const auto& builtin : builtin_schemas()) {
    schemas.emplace(builtin.name, [builtin] { return parsed(builtin); });
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
  static const auto schemas = all_schemas();
  WINNOW_TRY(const auto* schema, schemas.at(schema_name).compiled());
  const auto mismatch = schema->mismatch(document.value);
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

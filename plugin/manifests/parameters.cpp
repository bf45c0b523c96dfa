// A task's parameters as a host hands them over.
#include <utility>

#include "document/json.h"
#include "outcome/try.h"
#include "plugin/builtin/schemas.h"
#include "plugin/manifests/task.h"

namespace winnow::plugin {
namespace {

using document::Json;

// What a policy's rules are like inside is for tasks/retention to say, which knows more of them.
Json schema_to_check(const tasks::Manifest& manifest) {
  auto schema = manifest.schema;
  if (manifest.purge_names.empty()) return schema;
  const auto rules = builtin_schema("retention.schema.json");
  for (const auto& member : rules["properties"].items()) {
    const auto own = schema["properties"].find(member.key());
    if (own != schema["properties"].end()) *own = Json{{"type", member.value()["type"]}};
  }
  return schema;
}

}  // namespace

Task::Task(tasks::Manifest of)
    : manifest(std::move(of)), parameters([this] { return schema_to_check(manifest); }) {}

Outcome<Json> checked_parameters(const Task& task, std::string_view json_text) {
  auto document = document::parse_json(json_text.empty() ? "{}" : json_text, "parameters");
  if (!document) {
    Failure failure = std::move(document.error());
    failure.kind = FailureKind::invalid_parameter;
    return fail(std::move(failure));
  }
  WINNOW_TRY(const auto* schema, task.parameters.compiled());
  if (const auto mismatch = schema->mismatch(document->value)) {
    const auto& where = mismatch->pointer.empty() ? std::string("parameters") : mismatch->pointer;
    return fail(FailureKind::invalid_parameter, where + ": " + mismatch->message,
                mismatch->pointer);
  }
  return document::with_defaults(task.manifest.schema, std::move(document->value));
}

}  // namespace winnow::plugin

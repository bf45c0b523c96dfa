// A task's parameters as a host hands them over.
#include <utility>

#include "document/json.h"
#include "outcome/try.h"
#include "plugin/manifests/task.h"

namespace winnow::plugin {

Task::Task(tasks::Manifest of)
    : manifest(std::move(of)), parameters([this] { return manifest.schema; }) {}

Outcome<document::Json> checked_parameters(const Task& task, std::string_view json_text) {
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

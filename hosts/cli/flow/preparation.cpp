#include "hosts/cli/flow/preparation.h"

#include "document/pointer.h"
#include "document/schema.h"
#include "hosts/cli/flow/duration.h"
#include "hosts/cli/flow/parameters.h"
#include "hosts/cli/flow/references.h"
#include "outcome/try.h"

namespace winnow::cli {
namespace {

using document::pointer_to;

// The failure with the place in the flow before its message. A parameter that is missing has no
// line of its own: its task's is named.
tl::unexpected<Failure> placed(const Flow& flow, const FlowTask& task, Failure failure) {
  failure.pointer = task.pointer + failure.pointer;
  failure.message = flow.document.place(failure.pointer) + ": " + task.id + ": " + failure.message;
  return fail(std::move(failure));
}

Outcome<Json> description_of(const Preparation& preparation, const FlowTask& task) {
  const auto description = preparation.session.describe(task.type);
  if (description) return Json::parse(*description);
  Failure failure = description.error();
  failure.pointer = "/type";
  if (failure.kind == FailureKind::unknown_task) {
    failure.message +=
        "; `winnow run` runs winnow's own tasks only, which `winnow tasks` lists. Take this task "
        "out of the flow, or run the flow in Kestra";
  }
  return placed(preparation.flow, task, std::move(failure));
}

Outcome<void> check_timeout(const Flow& flow, const FlowTask& task) {
  if (task.timeout.is_null() || has_expression(task.timeout)) return {};
  const bool fits =
      task.timeout.is_string() && read_duration(task.timeout.get_ref<const std::string&>());
  if (fits) return {};
  return mistake(flow.document, pointer_to(task.pointer, "timeout"),
                 "'timeout' must be " + std::string(kDurationForm));
}

Outcome<void> check_expressions(const Preparation& preparation, const FlowTask& task,
                                const ReferenceCheck& check) {
  const auto& document = preparation.flow.document;
  WINNOW_CHECK(check_references(task.run_if, {document, pointer_to(task.pointer, "runIf")}, check));
  WINNOW_CHECK(
      check_references(task.timeout, {document, pointer_to(task.pointer, "timeout")}, check));
  WINNOW_CHECK(check_timeout(preparation.flow, task));
  return check_references(task.parameters, {document, task.pointer}, check);
}

// --dry-run must never turn into a run because a task doesn't have the parameter.
Outcome<void> check_dry_run(const Preparation& preparation, const FlowTask& task,
                            const Json& description) {
  const bool harmless = description["parameters"]["properties"].contains("dryRun") ||
                        description.value("engine", std::string()) == "listing";
  if (!preparation.dry_run || harmless) return {};
  return mistake(preparation.flow.document, task.pointer,
                 "the task '" + task.id + "' can't be run dry");
}

// Some parameters wait for an earlier task: the others are held against the schema without them.
Outcome<void> check_part(const Preparation& preparation, const PreparedTask& prepared) {
  const FlowTask& task = *prepared.task;
  WINNOW_TRY(auto parameters, render_parameters(preparation.flow, task, prepared.schema,
                                                preparation.scope, Readiness::before_any_task));
  Json definition = prepared.schema;
  for (const auto& [name, value] : task.parameters.items()) {
    if (!uses_outputs(value)) continue;
    // Any value will do for the moment; the name is checked.
    if (definition["properties"].contains(name)) definition["properties"][name] = Json::object();
    parameters[name] = nullptr;
  }
  WINNOW_TRY(const auto schema, document::Schema::compile(definition));
  const auto wrong = schema.mismatch(parameters);
  if (!wrong) return {};
  return placed(preparation.flow, task,
                Failure{.kind = FailureKind::invalid_parameter,
                        .message = wrong->pointer + ": " + wrong->message,
                        .pointer = wrong->pointer});
}

}  // namespace

Outcome<Job> make_job(const Preparation& preparation, const PreparedTask& prepared,
                      const expression::Scope& scope) {
  const FlowTask& task = *prepared.task;
  WINNOW_TRY(auto parameters,
             render_parameters(preparation.flow, task, prepared.schema, scope, Readiness::now));
  if (preparation.dry_run && prepared.schema["properties"].contains("dryRun")) {
    parameters["dryRun"] = true;
  }
  auto job = preparation.session.job(task.type, parameters);
  if (job) return job;
  return placed(preparation.flow, task, std::move(job.error()));
}

Outcome<std::vector<PreparedTask>> prepare(const Preparation& preparation) {
  const Flow& flow = preparation.flow;
  std::vector<Json> descriptions;
  // Every type first: a flow with a task that isn't winnow's is not a flow for this command.
  for (const auto& task : flow.tasks) {
    WINNOW_TRY(auto description, description_of(preparation, task));
    descriptions.push_back(std::move(description));
  }
  EarlierOutputs earlier;
  const ReferenceCheck check = [&](const expression::Reference& reference) {
    return wrong_reference(reference, preparation.scope, earlier);
  };
  std::vector<PreparedTask> all;
  for (std::size_t i = 0; i < flow.tasks.size(); ++i) {
    const FlowTask& task = flow.tasks[i];
    WINNOW_CHECK(check_expressions(preparation, task, check));
    WINNOW_CHECK(check_dry_run(preparation, task, descriptions[i]));
    PreparedTask prepared{&task, descriptions[i]["parameters"]};
    if (!task.disabled) {
      if (uses_outputs(task.parameters)) {
        WINNOW_CHECK(check_part(preparation, prepared));
      } else {
        WINNOW_TRY(prepared.job, make_job(preparation, prepared, preparation.scope));
      }
      earlier[task.id] = descriptions[i]["outputs"];
    }
    all.push_back(std::move(prepared));
  }
  for (const auto& output : flow.outputs) {
    WINNOW_CHECK(check_references(output.value, {flow.document, output.pointer}, check));
  }
  return all;
}

}  // namespace winnow::cli

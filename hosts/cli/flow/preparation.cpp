#include "hosts/cli/flow/preparation.h"

#include "document/pointer.h"
#include "document/schema.h"
#include "hosts/cli/flow/duration.h"
#include "hosts/cli/flow/parameters.h"
#include "hosts/cli/flow/uses.h"

namespace winnow::cli {
namespace {

using document::pointer_to;

// The library's error with the place in the flow before its message.
tl::unexpected<Error> placed(const Flow& flow, const FlowTask& task, const std::string& key,
                             Error error) {
  // A parameter that is missing has no line of its own: its task's is named.
  const std::string inner = error.object.value("pointer", std::string());
  const std::string pointer = key.empty() ? task.pointer + inner : pointer_to(task.pointer, key);
  error.object["message"] = flow.document.place(pointer) + ": " + task.id + ": " + error.message();
  error.object["pointer"] = pointer;
  return failed(std::move(error));
}

Attempt<Json> description_of(const Preparation& preparation, const FlowTask& task) {
  auto description = preparation.session.describe(task.type);
  if (description) return description;
  return placed(preparation.flow, task, "type", description.error());
}

Outcome<void> check_expressions(const Preparation& preparation, const FlowTask& task,
                                const EarlierOutputs& earlier) {
  const Use use = [&](const expression::Reference& reference) {
    return wrong_use(reference, preparation.scope, earlier);
  };
  const document::Document& document = preparation.flow.document;
  const std::pair<std::string, const Json*> extras[] = {{"runIf", &task.run_if},
                                                        {"timeout", &task.timeout}};
  for (const auto& [key, value] : extras) {
    if (auto done = check_uses(*value, Place{document, pointer_to(task.pointer, key)}, use); !done)
      return done;
  }
  if (task.timeout.is_string() &&
      task.timeout.get_ref<const std::string&>().find("{{") == std::string::npos &&
      !read_duration(task.timeout.get_ref<const std::string&>())) {
    return mistake(document, pointer_to(task.pointer, "timeout"),
                   "'timeout' must be an ISO 8601 duration such as PT30M");
  }
  return check_uses(task.parameters, Place{document, task.pointer}, use);
}

// --dry-run must never turn into a run because a task doesn't know of it.
Outcome<void> check_dry_run(const Preparation& preparation, const FlowTask& task,
                            const Json& description) {
  const Json& schema = description["parameters"];
  if (!preparation.dry_run || schema["properties"].contains("dryRun")) return {};
  if (description.value("engine", std::string()) == "listing") return {};
  return mistake(preparation.flow.document, task.pointer,
                 "the task '" + task.id + "' can't be run dry");
}

Json with_dry_run(const Preparation& preparation, const Json& schema, Json parameters) {
  const auto properties = schema.find("properties");
  const bool knows = properties != schema.end() && properties->contains("dryRun");
  if (preparation.dry_run && knows) parameters["dryRun"] = true;
  return parameters;
}

// Some parameters wait for an earlier task: the others are held against the schema without them.
Attempt<void> check_part(const Preparation& preparation, const PreparedTask& prepared) {
  const FlowTask& task = *prepared.task;
  auto parameters = render_parameters(preparation.flow, task, prepared.schema, preparation.scope,
                                      Readiness::before_any_task);
  if (!parameters) return failed(parameters.error());
  Json definition = prepared.schema;
  for (const auto& [name, value] : task.parameters.items()) {
    if (!uses_outputs(value)) continue;
    if (definition["properties"].contains(name)) {
      // Any value will do for the moment; the name is known.
      definition["properties"][name] = Json::object();
    }
    (*parameters)[name] = nullptr;
  }
  auto schema = document::Schema::compile(definition);
  if (!schema) return failed(schema.error());
  const auto wrong = schema->mismatch(*parameters);
  if (!wrong) return {};
  Error error =
      failed(FailureKind::invalid_parameter, wrong->pointer + ": " + wrong->message).value();
  error.object["pointer"] = wrong->pointer;
  return placed(preparation.flow, task, "", std::move(error));
}

Outcome<void> check_flow_outputs(const Preparation& preparation, const EarlierOutputs& earlier) {
  const Use use = [&](const expression::Reference& reference) {
    return wrong_use(reference, preparation.scope, earlier);
  };
  for (const auto& output : preparation.flow.outputs) {
    const Place place{preparation.flow.document, output.pointer};
    if (auto done = check_uses(output.value, place, use); !done) return done;
  }
  return {};
}

bool waits(const FlowTask& task) {
  return uses_outputs(task.parameters);
}

}  // namespace

Attempt<Job> make_job(const Preparation& preparation, const PreparedTask& prepared,
                      const expression::Scope& scope) {
  const FlowTask& task = *prepared.task;
  auto parameters =
      render_parameters(preparation.flow, task, prepared.schema, scope, Readiness::now);
  if (!parameters) return failed(parameters.error());
  auto job = preparation.session.job(
      task.type, with_dry_run(preparation, prepared.schema, std::move(*parameters)));
  if (job) return job;
  return placed(preparation.flow, task, "", job.error());
}

Attempt<std::vector<PreparedTask>> prepare(const Preparation& preparation) {
  std::vector<PreparedTask> all;
  std::vector<Json> descriptions;
  // Every type first: a flow with a task that isn't winnow's is not a flow for this command.
  for (const auto& task : preparation.flow.tasks) {
    auto description = description_of(preparation, task);
    if (!description) return failed(description.error());
    descriptions.push_back(std::move(*description));
  }
  EarlierOutputs earlier;
  for (std::size_t i = 0; i < preparation.flow.tasks.size(); ++i) {
    const FlowTask& task = preparation.flow.tasks[i];
    if (auto done = check_expressions(preparation, task, earlier); !done)
      return failed(done.error());
    if (auto done = check_dry_run(preparation, task, descriptions[i]); !done)
      return failed(done.error());
    PreparedTask prepared{&task, descriptions[i]["parameters"], std::nullopt};
    if (!task.disabled && waits(task)) {
      if (auto done = check_part(preparation, prepared); !done) return failed(done.error());
    } else if (!task.disabled) {
      auto job = make_job(preparation, prepared, preparation.scope);
      if (!job) return failed(job.error());
      prepared.job = std::move(*job);
    }
    if (!task.disabled) earlier[task.id] = descriptions[i]["outputs"];
    all.push_back(std::move(prepared));
  }
  if (auto done = check_flow_outputs(preparation, earlier); !done) return failed(done.error());
  return all;
}

}  // namespace winnow::cli

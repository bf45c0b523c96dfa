#include "hosts/cli/flow/runner.h"

#include "document/pointer.h"
#include "hosts/cli/flow/duration.h"
#include "hosts/cli/flow/rendering.h"
#include "hosts/cli/library/interruption.h"

namespace winnow::cli {
namespace {

using document::pointer_to;

// Kestra's idea of what is not true.
bool is_falsy(const std::string& text) {
  return text.empty() || text == "false" || text == "0" || text == "-0";
}

class Runner {
 public:
  Runner(const Preparation& preparation, Watcher& watcher, Console& console)
      : preparation_(preparation), watcher_(watcher), console_(console), scope_(preparation.scope) {
    scope_.variables["outputs"] = Json::object();
  }

  FlowResult run(std::vector<PreparedTask> tasks) {
    for (auto& prepared : tasks) {
      auto outputs = step(prepared);
      prepared.job.reset();  // frees what the run held
      if (outputs) continue;
      if (!tolerated(*prepared.task, outputs.error()))
        return ended(*prepared.task, outputs.error());
    }
    add_flow_outputs();
    return std::move(result_);
  }

 private:
  Place place(const FlowTask& task, const std::string& key) const {
    return Place{preparation_.flow.document, pointer_to(task.pointer, key)};
  }

  Attempt<void> step(PreparedTask& prepared) {
    const FlowTask& task = *prepared.task;
    if (interrupted())
      return failed(FailureKind::cancelled, "cancelled before the task '" + task.id + "' began");
    if (task.disabled) return skip(task, "it is disabled");
    if (!task.run_if.is_null()) {
      const auto condition = rendered_text(task.run_if, place(task, "runIf"), scope_);
      if (!condition) return failed(condition.error());
      if (is_falsy(*condition)) return skip(task, "runIf says no");
    }
    const auto limit = limit_of(task);
    if (!limit) return failed(limit.error());
    if (!prepared.job) {
      auto job = make_job(preparation_, prepared, scope_);
      if (!job) return failed(job.error());
      prepared.job = std::move(*job);
    }
    return run_job(task, *prepared.job, *limit);
  }

  Attempt<void> skip(const FlowTask& task, const std::string& why) {
    console_.log(WINNOW_INFO, task.id + ": skipped, " + why);
    return {};
  }

  Outcome<std::optional<std::chrono::milliseconds>> limit_of(const FlowTask& task) const {
    if (task.timeout.is_null()) return std::optional<std::chrono::milliseconds>();
    const auto text = rendered_text(task.timeout, place(task, "timeout"), scope_);
    if (!text) return fail(text.error());
    const auto limit = read_duration(*text);
    if (limit) return limit;
    return mistake(preparation_.flow.document, pointer_to(task.pointer, "timeout"),
                   "'timeout' must be an ISO 8601 duration such as PT30M");
  }

  Attempt<void> run_job(const FlowTask& task, Job& job,
                        std::optional<std::chrono::milliseconds> limit) {
    result_.started = true;
    console_.log(WINNOW_INFO, task.id + ": begins");
    watcher_.begin(task.id, job, limit);
    auto outputs = job.run();
    watcher_.end();
    if (!outputs) return explained(task, outputs.error());
    console_.log(WINNOW_INFO, task.id + ": done");
    scope_.variables["outputs"][task.id] = *outputs;
    result_.object[task.id] = std::move(*outputs);
    return {};
  }

  tl::unexpected<Error> explained(const FlowTask& task, Error error) const {
    if (error.code() == "CANCELLED" && watcher_.timed_out() && !interrupted()) {
      // A task that takes too long failed; it wasn't a person who stopped it.
      error.object["code"] = "TIMEOUT";
      error.object["message"] = "stopped by its timeout of " + task.timeout.dump() +
                                "; what was committed stays, run it again for the rest";
      error.object["retryable"] = true;
    }
    return failed(std::move(error));
  }

  bool tolerated(const FlowTask& task, const Error& error) {
    if (!task.allow_failure || interrupted()) return false;
    console_.log(WINNOW_WARN, task.id + ": failed, which the flow allows: " + error.message());
    result_.object[task.id] = Json{{"error", error.object}};
    return true;
  }

  FlowResult ended(const FlowTask& task, const Error& error) {
    Json object = Json::object();
    object["task"] = task.id;
    object.update(error.object);
    return ended_with(Error{std::move(object)});
  }

  FlowResult ended_with(Error error) {
    result_.object["error"] = error.object;
    result_.error = std::move(error);
    return std::move(result_);
  }

  void add_flow_outputs() {
    const Flow& flow = preparation_.flow;
    if (flow.outputs.empty()) return;
    Json outputs = Json::object();
    for (const auto& output : flow.outputs) {
      auto value = rendered(output.value, Place{flow.document, output.pointer}, scope_);
      if (!value) {
        result_.error = failed(value.error()).value();
        result_.object["error"] = result_.error->object;
        return;
      }
      outputs[output.id] = std::move(*value);
    }
    result_.object["outputs"] = std::move(outputs);
  }

  const Preparation& preparation_;
  Watcher& watcher_;
  Console& console_;
  expression::Scope scope_;
  FlowResult result_;
};

}  // namespace

FlowResult run_flow(const Preparation& preparation, std::vector<PreparedTask> tasks,
                    Watcher& watcher, Console& console) {
  return Runner(preparation, watcher, console).run(std::move(tasks));
}

}  // namespace winnow::cli

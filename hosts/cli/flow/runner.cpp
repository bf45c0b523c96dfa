#include "hosts/cli/flow/runner.h"

#include "document/pointer.h"
#include "hosts/cli/flow/duration.h"
#include "hosts/cli/flow/references.h"
#include "hosts/cli/flow/rendering.h"
#include "hosts/cli/library/signals.h"
#include "outcome/try.h"

namespace winnow::cli {
namespace {

using document::pointer_to;
using TimeLimit = std::optional<std::chrono::milliseconds>;

// Kestra's idea of what is not true.
bool is_falsy(const std::string& text) {
  return text.empty() || text == "false" || text == "0" || text == "-0";
}

class Runner {
 public:
  Runner(const Preparation& preparation, Watcher& watcher, Console& console, FlowRun& run)
      : preparation_(preparation),
        used_outputs_(preparation.flow),
        watcher_(watcher),
        console_(console),
        scope_(preparation.scope),
        run_(run) {
    scope_.variables["outputs"] = Json::object();
  }

  void run(std::vector<PreparedTask> tasks) {
    for (auto& prepared : tasks) {
      const FlowTask& task = *prepared.task;
      run_.task = task.id;
      const auto done = step(prepared);
      prepared.job.reset();  // frees what the run held
      if (done) continue;
      const Json error = error_of(task, done.error());
      if (is_tolerated(task, error)) continue;
      run_.error = with_task(task.id, error);
      return;
    }
    add_flow_outputs();
  }

 private:
  using Done = tl::expected<void, TaskFailure>;

  Place place(const FlowTask& task, const std::string& key) const {
    return Place{preparation_.flow.document, pointer_to(task.pointer, key)};
  }

  Done step(PreparedTask& prepared) {
    const FlowTask& task = *prepared.task;
    if (interrupted()) {
      return fail(FailureKind::cancelled, "cancelled before the task '" + task.id + "' began");
    }
    if (task.disabled) return skip(task, "it is disabled");
    if (!task.run_if.is_null()) {
      WINNOW_TRY(const auto condition, rendered_string(task.run_if, place(task, "runIf"), scope_));
      if (is_falsy(condition)) return skip(task, "runIf says no");
    }
    WINNOW_TRY(const auto limit, limit_of(task));
    if (!prepared.job) {
      WINNOW_TRY(prepared.job, make_job(preparation_, prepared, scope_));
    }
    return run_job(task, *prepared.job, limit);
  }

  Done skip(const FlowTask& task, const std::string& why) {
    console_.log(WINNOW_INFO, task.id + ": skipped, " + why);
    return {};
  }

  Outcome<TimeLimit> limit_of(const FlowTask& task) const {
    if (task.timeout.is_null()) return TimeLimit();
    WINNOW_TRY(const auto text, rendered_string(task.timeout, place(task, "timeout"), scope_));
    if (const auto limit = read_duration(text)) return limit;
    return mistake(preparation_.flow.document, pointer_to(task.pointer, "timeout"),
                   "'timeout' must be " + std::string(kDurationForm));
  }

  Done run_job(const FlowTask& task, Job& job, TimeLimit limit) {
    run_.started = true;
    hand_signals_to_tasks();
    console_.log(WINNOW_INFO, task.id + ": begins");
    watcher_.begin(task.id, job, limit);
    const auto outputs = job.run();
    watcher_.end();
    if (!outputs) return tl::unexpected(outputs.error());
    console_.log(WINNOW_INFO, task.id + ": done");
    Json used = used_outputs_.read(task.id, *outputs);
    if (!used.is_discarded()) scope_.variables["outputs"][task.id] = std::move(used);
    run_.result.add(task.id, std::string_view(*outputs));
    return {};
  }

  // A task that takes too long failed; it wasn't a person who stopped it.
  Json error_of(const FlowTask& task, const TaskFailure& failure) const {
    Json error = to_json(failure);
    const bool cancelled = failure.kind == FailureKind::cancelled;
    if (!cancelled || !watcher_.timed_out() || interrupted()) return error;
    error["code"] = "TIMEOUT";
    error["message"] = "stopped by its timeout of " + task.timeout.dump() +
                       "; what was committed stays, run it again for the rest";
    error["retryable"] = true;
    return error;
  }

  bool is_tolerated(const FlowTask& task, const Json& error) {
    if (!task.allow_failure || interrupted()) return false;
    console_.log(WINNOW_WARN, task.id + ": failed, which the flow allows: " +
                                  error["message"].get<std::string>());
    run_.result.add(task.id, Json{{"error", error}});
    return true;
  }

  void add_flow_outputs() {
    const Flow& flow = preparation_.flow;
    if (flow.outputs.empty()) return;
    Json outputs = Json::object();
    for (const auto& output : flow.outputs) {
      auto value = rendered(output.value, Place{flow.document, output.pointer}, scope_);
      if (!value) {
        run_.error = to_json(value.error());
        return;
      }
      outputs[output.id] = std::move(*value);
    }
    run_.result.add("outputs", outputs);
  }

  const Preparation& preparation_;
  UsedOutputs used_outputs_;
  Watcher& watcher_;
  Console& console_;
  expression::Scope scope_;
  FlowRun& run_;
};

}  // namespace

void run_flow(const Preparation& preparation, std::vector<PreparedTask> tasks, Watcher& watcher,
              Console& console, FlowRun& run) {
  Runner(preparation, watcher, console, run).run(std::move(tasks));
}

Json with_task(const std::string& task, const Json& error) {
  Json placed = {{"task", task}};
  placed.update(error);
  return placed;
}

}  // namespace winnow::cli

// Runs a flow's tasks in order.
#pragma once

#include <optional>
#include <string>

#include "hosts/cli/console/console.h"
#include "hosts/cli/console/result.h"
#include "hosts/cli/console/watcher.h"
#include "hosts/cli/flow/preparation.h"

namespace winnow::cli {

// The results so far; complete after run_flow().
struct FlowRun {
  Result result = {};              // task id -> outputs, then `outputs` of the flow
  std::optional<Json> error = {};  // why it ended early
  bool started = false;            // a task had begun
  std::string task = {};           // running, or the last that ran
};

// `preparation.scope` has no outputs yet; each task's outputs are added for the following tasks.
void run_flow(const Preparation& preparation, std::vector<PreparedTask> tasks, Watcher& watcher,
              Console& console, FlowRun& run);

// The error of a task: `task` and the members of `error`.
Json with_task(const std::string& task, const Json& error);

}  // namespace winnow::cli

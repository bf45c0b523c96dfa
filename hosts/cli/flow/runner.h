// Runs a flow's tasks in order.
#pragma once

#include <optional>

#include "hosts/cli/console/console.h"
#include "hosts/cli/flow/preparation.h"
#include "hosts/cli/library/watcher.h"

namespace winnow::cli {

struct FlowResult {
  Json object =
      Json::object();  // task id -> outputs; `outputs` of the flow; `error` where it ended early
  std::optional<Error> error;
  bool started = false;  // a task had begun
};

// `preparation.scope` has no outputs yet; each task's are added for those behind it.
FlowResult run_flow(const Preparation& preparation, std::vector<PreparedTask> tasks,
                    Watcher& watcher, Console& console);

}  // namespace winnow::cli

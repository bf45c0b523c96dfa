// The end of the command: its output and its exit status (docs/command.md).
#pragma once

#include <optional>

#include "document/task_failure.h"
#include "hosts/cli/console/console.h"
#include "hosts/cli/console/report.h"
#include "hosts/cli/console/result.h"

namespace winnow::cli {

enum ExitStatus {
  kDone = 0,
  kFailed = 1,
  kBadUsage = 2,
  kUnreachable = 3,
  kRefused = 4,
  kCancelled = 130
};

struct Ending {
  Result result = {};
  // {"code", "message", ...}, after `task` if a task of a flow failed.
  std::optional<document::Json> error = {};
  // A task had begun: then an invalid parameter is a failed task, not invalid usage.
  bool started = false;
  // For people; nullptr: the result is for programs alone.
  Report report = values_report;
};

Ending failed(const TaskFailure& failure, bool started = false);

// Prints the result with the error in it to stdout and the error to stderr; returns the status. The
// result is JSON, or tables on a terminal without --json.
ExitStatus finish(Ending ending, Console& console, bool json = false);

}  // namespace winnow::cli

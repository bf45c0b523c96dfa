// How the command ends: what it prints, and with which status (docs/command.md).
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
  // {"code", "message", ...}, after `task` where a task of a flow failed.
  std::optional<document::Json> error = {};
  // A task had begun: a wrong parameter is then a task that failed, not bad usage.
  bool started = false;
  // For people; nullptr: the result is for programs alone.
  Report report = values_report;
};

Ending failed(const TaskFailure& failure, bool started = false);

// Prints the result with the error in it to stdout and the error to stderr; returns the status. The
// result is JSON, but tables on a terminal that was not asked for JSON.
ExitStatus finish(Ending ending, Console& console, bool json = false);

}  // namespace winnow::cli

// A failure of a task or a call, with what was committed before it: in C++, and as the JSON object
// that crosses the contract (abi/winnow.h, convention 5).
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "document/json.h"
#include "outcome/failure.h"

namespace winnow {

struct TaskFailure : Failure {
  // A Failure becomes one by itself, so that WINNOW_TRY passes it on.
  // NOLINTNEXTLINE(google-explicit-constructor)
  TaskFailure(Failure failure, document::Json what_was_done = document::Json::object())
      : Failure(std::move(failure)), done(std::move(what_was_done)) {}

  // In the form of the task's result. An empty object: nothing was committed; null: that is not
  // known.
  document::Json done;
};

// {"code", "message", "pointer", "retryable", "sqlstate", "done"}. What it allocates is released
// again where an allocation fails.
document::Json to_json(const TaskFailure& failure);

// Reads what a function of the contract returned: its status and its error's JSON. A status that is
// unknown here, and a text that is no such JSON, become a failure of kind `internal` that says so.
TaskFailure read_task_failure(std::int32_t status, std::string_view json);

}  // namespace winnow

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
  TaskFailure(Failure failure, document::Json what_was_done =
                                   document::Json::object())  // NOLINT(google-explicit-constructor)
      : Failure(std::move(failure)), done(std::move(what_was_done)) {}

  // In the form of the task's result; an empty object: nothing was committed.
  document::Json done;
};

}  // namespace winnow

// A run whose batches leave receipts.
#pragma once

#include <functional>

#include "tasks/task.h"

namespace winnow::tasks {

// Opens the operator's receipts, settles what the last run left, and hands `run` a context whose
// `receipts` take the batches; the result has `receipts`. Where the context has none, and in a dry
// run, it is `run` alone. A receipt that can't be written ends the run before its batch is
// committed.
TaskResult run_with_receipts(const Manifest& manifest, const Json& parameters, Context& context,
                             const std::function<TaskResult(Context&)>& run);

}  // namespace winnow::tasks

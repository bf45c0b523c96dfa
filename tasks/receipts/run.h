// A run whose batches leave receipts.
#pragma once

#include <functional>

#include "tasks/task.h"

namespace winnow::tasks {

// Opens the operator's receipts, settles the last run, and gives `run` a context whose `receipts`
// record the batches; the result has `receipts`. If the context has none, and in a dry run, it only
// calls `run`. If a receipt can't be written, the run ends before its batch is committed.
TaskResult run_with_receipts(const Manifest& manifest, const Json& parameters, Context& context,
                             const std::function<TaskResult(Context&)>& run);

}  // namespace winnow::tasks

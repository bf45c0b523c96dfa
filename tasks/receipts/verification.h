// Verifies a file of receipts: that no record was changed, removed or inserted, and that the
// recorded rows are deleted.
#pragma once

#include <memory>

#include "tasks/task.h"

namespace winnow::tasks {

// Reads the file of the operator's `receipts`, and with the parameter `database` looks up the
// recorded rows in the database. See tasks::invoke().
Outcome<std::unique_ptr<Invocation>> invoke_verification(const Manifest& manifest,
                                                         const Json& parameters,
                                                         const Policy& policy);

}  // namespace winnow::tasks

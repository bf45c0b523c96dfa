// Proves a file of receipts: that no record was changed, taken out or put in, and that the rows of
// which they tell are deleted.
#pragma once

#include <memory>

#include "tasks/task.h"

namespace winnow::tasks {

// Reads the file of the operator's `receipts`, and with the parameter `database` asks the database
// for what the records list. See tasks::invoke().
Outcome<std::unique_ptr<Invocation>> invoke_verification(const Manifest& manifest,
                                                         const Json& parameters,
                                                         const Policy& policy);

}  // namespace winnow::tasks

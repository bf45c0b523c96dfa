// Sweeps the storage: folders of executions that no execution owns any more, left behind where
// executions were purged without their files, or by another program.
#pragma once

#include <memory>

#include "tasks/task.h"

namespace winnow::tasks {

// Finds all of them before it removes the first one, and asks for each execution once more before
// its files go. Refuses to remove anything where the database has no execution at all: it is more
// likely the wrong database. See tasks::invoke().
Outcome<std::unique_ptr<Invocation>> invoke_orphan_folders(const Manifest& manifest,
                                                           const Json& parameters,
                                                           const Policy& policy);

}  // namespace winnow::tasks

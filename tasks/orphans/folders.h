// Sweeps the storage: removes folders of executions that no longer exist. They are left behind
// where executions were purged without their files, or by another program.
#pragma once

#include <memory>

#include "tasks/task.h"

namespace winnow::tasks {

// Finds all such folders before it removes the first one, and looks for each execution once more
// before it removes the files. Refuses to remove anything while the database has no execution at
// all: it is probably the wrong database. See tasks::invoke().
Outcome<std::unique_ptr<Invocation>> invoke_orphan_folders(const Manifest& manifest,
                                                           const Json& parameters,
                                                           const Policy& policy);

}  // namespace winnow::tasks

// The engines that remove what belongs to executions that no longer exist.
#pragma once

#include <memory>

#include "tasks/task.h"

namespace winnow::tasks {

// Sweeps the database: deletes logs, metrics and other rows whose execution is missing. Kestra's
// own purge leaves such rows in the tables that it does not purge; so does a kill between the
// deletion of a parent and of its children. Logs of triggers have no execution and are not orphans.
// Reads each table of the manifest's steps page by page, without a join and without a transaction
// that stays open between pages. Looks for an execution before it deletes the rows and again before
// the transaction commits: an execution that was written meanwhile keeps its rows. See
// tasks::invoke().
Outcome<std::unique_ptr<Invocation>> invoke_orphan_rows(const Manifest& manifest,
                                                        const Json& parameters,
                                                        const Policy& policy);

// Sweeps the storage: removes folders of executions that no longer exist. They are left behind
// where executions were purged without their files, or by another program.
// Finds all such folders before it removes the first one, and looks for each execution once more
// before it removes the files. Refuses to remove anything while the database has no execution at
// all: it is probably the wrong database. See tasks::invoke().
Outcome<std::unique_ptr<Invocation>> invoke_orphan_folders(const Manifest& manifest,
                                                           const Json& parameters,
                                                           const Policy& policy);

}  // namespace winnow::tasks

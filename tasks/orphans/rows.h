// Sweeps the database: deletes logs, metrics and other rows whose execution is missing. Kestra's
// own purge leaves such rows in the tables that it does not purge; so does a kill between the
// deletion of a parent and of its children. Logs of triggers have no execution and are not orphans.
#pragma once

#include <memory>

#include "tasks/task.h"

namespace winnow::tasks {

// Reads each table of the manifest's steps page by page, without a join and without a transaction
// that stays open between two pages. Looks for an execution before its rows are deleted and again
// before the transaction commits: one that was written meanwhile keeps its rows. See
// tasks::invoke().
Outcome<std::unique_ptr<Invocation>> invoke_orphan_rows(const Manifest& manifest,
                                                        const Json& parameters,
                                                        const Policy& policy);

}  // namespace winnow::tasks

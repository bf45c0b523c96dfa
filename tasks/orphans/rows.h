// Sweeps the database: logs, metrics and other rows whose execution is missing. They are left behind
// by Kestra's own purge, which knows some tables only, and by a kill between a parent and its
// children. Logs of triggers have no execution and are no orphans.
#pragma once

#include <memory>

#include "tasks/task.h"

namespace winnow::tasks {

// Each table of the manifest's steps is walked page by page; nothing is joined and nothing stays
// open between two pages. Whether an execution exists is asked before its rows are deleted and once
// more before the transaction commits: one that came meanwhile keeps its rows. See tasks::invoke().
Outcome<std::unique_ptr<Invocation>> invoke_orphan_rows(const Manifest& manifest,
                                                        const Json& parameters,
                                                        const Policy& policy);

}  // namespace winnow::tasks

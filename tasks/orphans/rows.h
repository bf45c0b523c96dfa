// Sweeps the database: logs, metrics and other rows whose execution is gone, as a purge leaves them behind that removes
// parents first and is killed in between. Logs of triggers have no execution and are no orphans.
#pragma once

#include "tasks/task.h"

namespace winnow::tasks {

// Each table of the manifest's steps is walked by the execution ids that its index holds, a page at a time; nothing is
// joined and nothing stays open. Parameters: namespace; minimumAge in seconds, by the instant that the row itself names
// (`written` of the step); batchSize; dryRun. A table that can't tell tenant or namespace is left out where the policy or
// a parameter asks for them.
Outcome<void> check_orphan_rows(const Manifest& manifest, const Json& parameters,
                                const Policy& policy);
TaskResult plan_orphan_rows(const Manifest& manifest, const Json& parameters, Context& context);
// Whether an execution exists is asked before the rows of a transaction are deleted and once more before it commits: one
// that came meanwhile keeps its rows.
TaskResult run_orphan_rows(const Manifest& manifest, const Json& parameters, Context& context);

}  // namespace winnow::tasks

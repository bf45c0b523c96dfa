// Sweeps the storage: folders of executions that no execution owns any more, as they are left behind where executions
// were purged without their files, or by another program.
#pragma once

#include "tasks/task.h"

namespace winnow::tasks {

// Its parameters are those of Kestra's PurgeStorage (namespace, flowId, startDate, endDate, dryRun), and minimumAge in
// seconds: a folder in which anything changed since then is left alone, for Kestra writes the inputs of an execution
// before it writes the execution.
Outcome<void> check_orphan_folders(const Manifest& manifest, const Json& parameters,
                                   const Policy& policy);
TaskResult plan_orphan_folders(const Manifest& manifest, const Json& parameters, Context& context);
// Finds all of them before it removes the first one, and asks for each once more before its files go. Refuses to remove
// anything where the database has no execution at all: it is more likely the wrong one.
TaskResult run_orphan_folders(const Manifest& manifest, const Json& parameters, Context& context);

}  // namespace winnow::tasks

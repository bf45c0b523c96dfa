// What a purge would do, read-only: its statements, the index that serves each, and how many rows it
// has selected.
#pragma once

#include <vector>

#include "tasks/purge/prepared.h"
#include "tasks/selection/plan_check.h"

namespace winnow::tasks {

// The statements that a purge sends for its first batch, in their order, with what has to serve each.
// Stand-ins that no row has take the place of keys, as many as the largest batch brings.
std::vector<PlannedStatement> first_statements(const Prepared& prepared,
                                               const PurgeRequest& request);

// The statements that may follow: further pages, what stays, and the sweep of late rows. They are
// served by what serves the first ones.
std::vector<PlannedStatement> later_statements(const Prepared& prepared,
                                               const PurgeRequest& request);

// {"task", "server", "selected", "statements": [{"purpose", "sql", "indexes", "scans"}], "leftOut":
// [...]}, and "notes" where there are any: those of the request, filters that no index leads to, and
// that the policy's limits would refuse a run.
Outcome<Json> describe_purge(const Manifest& manifest, const PurgeRequest& request,
                             const Policy& policy, const Prepared& prepared);

}  // namespace winnow::tasks

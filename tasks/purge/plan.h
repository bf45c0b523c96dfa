// What a purge would do, read-only: its statements, the index that serves each, and how many rows
// it has selected.
#pragma once

#include <vector>

#include "tasks/purge/prepared.h"
#include "tasks/selection/plan_check.h"

namespace winnow::tasks {

// The statements that a purge sends for its first batch, in their order, with what has to serve
// each. Stand-ins that no row has take the place of keys, as many as the largest batch brings.
std::vector<PlannedStatement> first_statements(const Prepared& prepared,
                                               const PurgeRequest& request);

// The statements that may follow: further pages, what stays, and the sweep of late rows. They are
// served by what serves the first ones.
std::vector<PlannedStatement> later_statements(const Prepared& prepared,
                                               const PurgeRequest& request);

// The pages of a walk for several purges (tasks/purge/shared_walk.h).
std::vector<PlannedStatement> walk_statements(const Prepared& prepared,
                                              const PurgeRequest& request);

// {"task", "server", "planId", "cutoff", "selected", "namespaces": {"company.team": 12}, "estimate"
// (tasks/purge/estimate.h), "statements": [{"purpose", "sql", "indexes", "scans"}], "leftOut":
// [...]}, and "notes" where there are any: those of the request, filters that no index leads to,
// and that the policy's limits or the plan that is expected would refuse a run.
Outcome<Json> describe_purge(const Manifest& manifest, const PurgeRequest& request,
                             const Context& context, const Prepared& prepared);

// The id of a plan of this request that selects so many rows.
std::string plan_id_of(const Manifest& manifest, const PurgeRequest& request,
                       const Context& context, const database::Schema& schema, std::int64_t rows);

}  // namespace winnow::tasks

// Describes what a purge would do, read-only: its statements, the index that serves each, and the
// number of selected rows.
#pragma once

#include <vector>

#include "tasks/purge/prepared.h"
#include "tasks/selection/plan_check.h"

namespace winnow::tasks {

// The statements of a purge's first batch, in order, with the index that each needs. They have
// stand-in keys that no row has, as many as the largest batch.
std::vector<PlannedStatement> first_statements(const Prepared& prepared,
                                               const PurgeRequest& request);

// The statements that may follow: further pages, rows that stay, and the sweep of late rows. The
// same indexes serve them.
std::vector<PlannedStatement> later_statements(const Prepared& prepared,
                                               const PurgeRequest& request);

// The pages of a walk for several purges (tasks/purge/shared_walk.h).
std::vector<PlannedStatement> walk_statements(const Prepared& prepared,
                                              const PurgeRequest& request);

// {"task", "server", "planId", "cutoff", "selected", "namespaces": {"company.team": 12}, "estimate"
// (tasks/purge/estimate.h), "statements": [{"purpose", "sql", "indexes", "scans"}], "leftOut":
// [...]}, and "notes" if there are any: those of the request, filters that no index serves, and
// whether the policy's limits or the expected plan would refuse a run.
Outcome<Json> describe_purge(const Manifest& manifest, const PurgeRequest& request,
                             const Context& context, const Prepared& prepared);

// The id of a plan of this request that selects this many rows.
std::string plan_id_of(const Manifest& manifest, const PurgeRequest& request,
                       const Context& context, const database::Schema& schema, std::int64_t rows);

}  // namespace winnow::tasks

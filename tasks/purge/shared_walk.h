// One walk over a table for several purges, which would otherwise each read the same rows.
#pragma once

#include <memory>
#include <vector>

#include "tasks/purge/found_rows.h"
#include "tasks/purge/request.h"
#include "tasks/purge/session.h"
#include "tasks/selection/parts.h"
#include "tasks/task.h"

namespace winnow::tasks {

struct SharedWalk {
  // The manifest of all the purges.
  const Manifest* manifest = nullptr;
  // Selects every row that may belong to one of the parts.
  PurgeRequest request = {};
  // Numbered from 0 on.
  std::vector<Part> parts = {};
};

// The rows for each part's purge, by the part's number: those that were selected when the walk read
// them, and no others. Empty if rows are on several shards: then each purge walks by itself. The
// walk waits according to the context's pace, page by page, and ends with its budget.
Outcome<std::vector<std::unique_ptr<FoundRows>>> find_rows(const SharedWalk& walk,
                                                           const Context& context,
                                                           PurgeSession& session);

// The walk's statements, as in a plan (tasks/purge/plan.h); none if each purge walks by itself.
Outcome<Json> describe_walk(const SharedWalk& walk, const Context& context, PurgeSession& session);

}  // namespace winnow::tasks

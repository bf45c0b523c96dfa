// One walk over a table for several purges of it, each of which would read the same rows again.
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
  // Of all the purges.
  const Manifest* manifest = nullptr;
  // Selects whatever may be of one of the parts.
  PurgeRequest request = {};
  // Numbered from 0 on.
  std::vector<Part> parts = {};
};

// What each part's purge is to take, by the part's number: the rows that were selected when the
// walk met them, and no others. Empty where rows lie on several shards: each purge walks by itself
// there. The walk waits as the context's pace says, page by page, and ends where its budget does.
Outcome<std::vector<std::unique_ptr<FoundRows>>> find_rows(const SharedWalk& walk,
                                                           const Context& context,
                                                           PurgeSession& session);

// The walk's statements, as a plan has them (tasks/purge/plan.h); none where each walks by itself.
Outcome<Json> describe_walk(const SharedWalk& walk, const Context& context, PurgeSession& session);

}  // namespace winnow::tasks

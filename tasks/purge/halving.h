// A batch that the server refuses because of some of its rows: by halves, until these are found.
#pragma once

#include <functional>

#include "tasks/purge/batch.h"
#include "tasks/purge/batch_sizer.h"
#include "tasks/purge/ledger.h"
#include "tasks/task.h"

namespace winnow::tasks {

// Done for the part but for the rows that are left in `rest`, which are taken again.
using ActOnPart = std::function<Outcome<void>(const Batch& part, Batch& rest)>;
// What is left of a batch that was halved again and again: one row, or one family.
using RefusedPart = std::function<Outcome<void>(const Batch& part, const Failure& failure)>;

// Acts on the batch, and where a failure blames rows on its halves, down to single rows or
// families, which are handed to `refused`. Each part's rows go in one transaction. Nothing more is
// taken once the stall is over.
Outcome<void> by_halves(Batch batch, BatchSizer& sizer, const Stall& stall, Progress& progress,
                        const ActOnPart& act, const RefusedPart& refused);

}  // namespace winnow::tasks

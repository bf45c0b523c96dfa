// Halves a batch that the server refuses because of some of its rows, until these are found.
#pragma once

#include <functional>

#include "tasks/purge/batch.h"
#include "tasks/purge/batch_sizer.h"
#include "tasks/purge/ledger.h"
#include "tasks/task.h"

namespace winnow::tasks {

// Handles the part, except for the rows that it leaves in `rest`, which are tried again.
using ActOnPart = std::function<Outcome<void>(const Batch& part, Batch& rest)>;
// Handles the last remaining part of a halved batch: one row, or one family.
using RefusedPart = std::function<Outcome<void>(const Batch& part, const Failure& failure)>;

// Acts on the batch, and if a failure blames rows, on its halves, down to single rows or families,
// which are passed to `refused`. Each part is one transaction. Stops once the stall is over.
Outcome<void> by_halves(Batch batch, BatchSizer& sizer, const Stall& stall, Progress& progress,
                        const ActOnPart& act, const RefusedPart& refused);

}  // namespace winnow::tasks

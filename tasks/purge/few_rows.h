// Small tables of what is left behind (states, messages): which executions have rows there at all.
// Read once, where a run is worth it, so that batches look none up that has none: ten thousand
// executions would be looked for in each such table, for a few hundred rows. What is written there
// meanwhile is left to the sweep of late rows.
#pragma once

#include <vector>

#include "database/connection.h"
#include "tasks/purge/batch.h"
#include "tasks/purge/steps.h"

namespace winnow::tasks {

// Of these rows, those that had dependents in the step's table; all where that is not known.
std::vector<BatchRow> with_dependents(const RowStep& step, const std::vector<BatchRow>& rows);

// Notes it in each of the steps whose table is small by its statistics and holds no part of an
// execution that most have. Where a table has more rows than expected, or can't be read, nothing is
// assumed.
void look_into_small_tables(database::Connection& connection, std::vector<RowStep>& steps);

}  // namespace winnow::tasks

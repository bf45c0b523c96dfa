// Small tables of leftovers (states, messages): which executions have rows there at all. A run that
// is large enough reads this once, so that batches skip executions without rows: otherwise ten
// thousand executions would be looked up in each such table for a few hundred rows. The sweep of
// late rows finds rows that are written meanwhile.
#pragma once

#include <vector>

#include "database/connection.h"
#include "tasks/purge/batch.h"
#include "tasks/purge/steps.h"

namespace winnow::tasks {

// Those of these rows that had dependents in the step's table; all if that is unknown.
std::vector<BatchRow> with_dependents(const RowStep& step, const std::vector<BatchRow>& rows);

// Notes this in each step whose table is small according to its statistics and holds rows of few
// executions only. If a table has more rows than expected, or can't be read, nothing is assumed.
void look_into_small_tables(database::Connection& connection, std::vector<RowStep>& steps);

}  // namespace winnow::tasks

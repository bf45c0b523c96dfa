// Many executions in a few seconds, made on the server itself: for tests of a statement's cost on a
// large table, not of the rows' content.
#pragma once

#include <cstdint>

#include "database/connection.h"

namespace winnow::tests {

// Row n, from 0: started four minutes after the previous row, from 2025 on. A third of all rows are
// deleted, one in 50 belongs to the tenant `other` (the rest to `main`), one in 100 is still
// running (no end), one in 20 has failed, one in 1,000 was killed, the rest succeeded. Namespaces,
// a fifth each: company.team, company.team.sub, company.billing, company.data, company.data.ingest;
// one row in 1,000 is in company.rare instead. `flows`: the number of flows, which rows take in
// turn. Ends are up to an hour after the starts; durations and keys are in random order. Statistics
// are up to date afterwards. The full-text index, which no listing uses and which is slow to fill,
// is dropped first.
void fill_executions(database::Connection& connection, std::int64_t count, int flows = 40);

// As many logs, one to an execution of fill_executions().
void fill_logs(database::Connection& connection, std::int64_t count);

}  // namespace winnow::tests

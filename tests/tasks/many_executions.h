// Many executions in a few seconds, made on the server itself: for tests that look at what a
// statement costs on a table of some size, not at what the rows hold.
#pragma once

#include <cstdint>

#include "database/connection.h"

namespace winnow::tests {

// Row n, from 0: started four minutes after the row before it, from 2025 on. Of all rows a third
// are deleted, one in 50 is of the tenant `other` (the rest of `main`), one in 100 runs still (no
// end), one in 20 has failed, one in 1,000 was killed, the rest succeeded. Namespaces, a fifth
// each: company.team, company.team.sub, company.billing, company.data, company.data.ingest; one row
// in 1,000 is of company.rare instead. `flows`: so many, row by row in turn. Ends lie up to an hour
// after the starts; durations and keys follow no order. Statistics are fresh afterwards. The
// full-text index, which no listing uses and which fills slowly, is dropped first.
void fill_executions(database::Connection& connection, std::int64_t count, int flows = 40);

// As many logs, one to an execution of fill_executions().
void fill_logs(database::Connection& connection, std::int64_t count);

}  // namespace winnow::tests

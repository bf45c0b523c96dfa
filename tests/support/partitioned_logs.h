// Logs split by month, as operators of large installations have them.
#pragma once

#include <string>

#include "database/connection.h"

namespace winnow::tests {

// Puts a table `logs` of two partitions in the place of Kestra's: 2025 and before, and all later
// months. On PostgreSQL, where a computed column can't split a table, by a column `written` with a
// default, on MySQL by `timestamp`. Its primary key has two columns, for a server wants the
// splitting column in it. The table has to be empty. Not for SQLite.
void partition_logs(database::Connection& connection);

}  // namespace winnow::tests

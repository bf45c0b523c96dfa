// Logs partitioned by month, as in large installations.
#pragma once

#include <string>

#include "database/connection.h"

namespace winnow::tests {

// Replaces Kestra's `logs` by a table with two partitions: up to 2025, and all later months. On
// PostgreSQL, where a computed column can't be a partition key, by a column `written` with a
// default, on MySQL by `timestamp`. Its primary key has two columns, because servers require the
// partition column in it. The table must be empty. Not for SQLite.
void partition_logs(database::Connection& connection);

}  // namespace winnow::tests

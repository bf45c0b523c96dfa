// Makes Kestra's tables in an empty database, in the project's own DDL (sample/schema/*.sql).
// For tests, demos and trials: Kestra itself makes its own tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "database/connection.h"

namespace winnow::sample {

// The versions whose tables can be made: "1.1", "1.3", "2.0".
const std::vector<std::string>& schema_versions();

// Makes every table, type, function and index of that version on the connection's database. SQLite
// always has the schema of 1.1. Fails as `configuration` for an unknown version. On PostgreSQL and
// SQLite a failure leaves nothing behind.
Outcome<void> create_schema(database::Connection& connection, std::string_view version);

// The statements of an SQL file for a version. A statement ends with a semicolon at the end of its
// line, outside $$. Comment lines are dropped. `-- [1.1 1.3]` at the end of a line gives the
// versions of the line; on a separate line those of the next statement.
std::vector<std::string> split_statements(std::string_view sql, std::string_view version);

}  // namespace winnow::sample

// Makes Kestra's tables in an empty database, in the project's own DDL (sample/schema/*.sql).
// For tests, demos and trials: Kestra makes its own tables by itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "database/connection.h"

namespace winnow::sample {

// The versions whose tables can be made: "1.1", "1.3", "2.0".
const std::vector<std::string>& schema_versions();

// Makes every table, type, function and index of that version on the connection's database. SQLite
// has the shape of 1.1 whatever the version. Refused as `configuration`: a version that is not
// known. On PostgreSQL and SQLite a failure leaves nothing behind.
Outcome<void> create_schema(database::Connection& connection, std::string_view version);

// The statements of an SQL file that a version has. A statement ends with a semicolon at the end of
// its line, outside of $$. Comment lines go. `-- [1.1 1.3]` at the end of a line says which
// versions the line belongs to, on a line of its own that the statement below does.
std::vector<std::string> split_statements(std::string_view sql, std::string_view version);

}  // namespace winnow::sample

// Reads the tables from MySQL's information_schema, in one query.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "database/dialect.h"
#include "database/schema.h"
#include "database/statement.h"

namespace winnow::database {

// A query with one row and one column: the text that mysql_schema() reads. The tables are those of
// the session's database.
Statement mysql_probe_statement(std::span<const std::string> tables);
// The same with the names as a plain list, for a server that has no JSON_TABLE.
Statement mysql_probe_by_list(std::span<const std::string> tables);
// The same without what only a deletion needs.
Statement mysql_reading_statement(std::span<const std::string> tables);
// Like the first, and in the same round trip the EXPLAIN of a deletion from `expected`, whose rows
// have more columns. It fails if the user may not run that deletion, or if a table is missing.
Statement mysql_probe_with_rights(std::span<const std::string> tables,
                                  std::span<const std::string> expected, const Dialect& dialect);
// The tables for which a deletion would be explained, by name.
std::vector<std::string> mysql_base_tables(const Schema& schema);
// can_delete is false everywhere until mysql_with_rights() says otherwise.
Outcome<Schema> mysql_schema(std::string_view json);

// Whether the server would let the user run a deletion that it is asked to explain.
using MayDelete = std::function<Outcome<bool>(const Statement& explained)>;
// If the server refuses every deletion, it sets Schema::deletion_refused. `everywhere_already`: the
// server has already allowed deletions from all of them.
Outcome<Schema> mysql_with_rights(Schema schema, const Dialect& dialect, bool everywhere_already,
                                  const MayDelete& may_delete);

// A query with one row: the database, and the identity that the server shares with all that
// replicate with it.
Statement mysql_identity_statement();

// A text that changes if a new connection would find a different server: a primary that became a
// replica, or another server behind a proxy. It begins with "writable" or "read-only".
Statement mysql_standing();

}  // namespace winnow::database

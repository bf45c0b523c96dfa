// Asks MySQL's information_schema about tables, in one query.
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

// A query of one row and one column, the text that mysql_schema() reads. The tables are those of
// the session's database.
Statement mysql_probe_statement(std::span<const std::string> tables);
// The same with the names as a plain list, for a server that has no JSON_TABLE.
Statement mysql_probe_by_list(std::span<const std::string> tables);
// That without what only a deletion has to know.
Statement mysql_reading_statement(std::span<const std::string> tables);
// As the first, and in the same round trip a deletion from `expected` to be explained, whose rows
// have more columns; it fails where the user has no right to it, or one of them is missing.
Statement mysql_probe_with_rights(std::span<const std::string> tables,
                                  std::span<const std::string> expected, const Dialect& dialect);
// Those that a deletion would be explained for, by name.
std::vector<std::string> mysql_base_tables(const Schema& schema);
// can_delete is false everywhere until mysql_with_rights() says otherwise.
Outcome<Schema> mysql_schema(std::string_view json);

// Whether the server would let the user run a deletion that it is asked to explain.
using MayDelete = std::function<Outcome<bool>(const Statement& explained)>;
// Where the server refuses every deletion: Schema::deletion_refused. `everywhere_already`: it has
// said that all may be deleted from.
Outcome<Schema> mysql_with_rights(Schema schema, const Dialect& dialect, bool everywhere_already,
                                  const MayDelete& may_delete);

// A query of one row: the database, and what identifies the server and all that replicate with it.
Statement mysql_identity_statement();

// One text that is another one where a new connection would find another server: a primary that
// became a replica, a server behind a proxy. It begins with "writable" or "read-only".
Statement mysql_standing();

}  // namespace winnow::database

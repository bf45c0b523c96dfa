// Asks SQLite about tables, by its pragma functions. What a column holds is told by its declared
// type: BOOLEAN, INTEGER, REAL, TEXT, INSTANT (UTC text as document::to_text writes it) or JSON.
#pragma once

#include <string>

#include "database/sqlite/statement.h"

namespace winnow::database {

// Nothing where the database has no such table.
Outcome<std::optional<Table>> probe_sqlite_table(sqlite3* database, const std::string& name,
                                                 bool writable);

}  // namespace winnow::database

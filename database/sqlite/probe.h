// Reads tables with SQLite's pragma functions. The declared type says what a column holds: BOOLEAN,
// INTEGER, REAL, TEXT, INSTANT (UTC text as document::to_text writes it) or JSON.
#pragma once

#include <string>

#include "database/sqlite/statement.h"

namespace winnow::database {

// Nothing if the database has no such table.
Outcome<std::optional<Table>> probe_sqlite_table(sqlite3* database, const std::string& name,
                                                 bool writable);

}  // namespace winnow::database

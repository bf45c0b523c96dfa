// How a row of one table names the row of another that it belongs to.
#pragma once

#include <string>

#include "database/dialect.h"
#include "tasks/manifest.h"

namespace winnow::tasks {

// Whether this version of Kestra has every column that the match reads, of types that it can read.
bool has_columns_of(const database::Table& table, const Match& match);

// The SQL expression that gives the key of the row that a row `t` belongs to, or NULL. The table
// has the match's columns, and the match is by a column or by a document.
std::string parent_key(const database::Dialect& dialect, const Match& match);

}  // namespace winnow::tasks

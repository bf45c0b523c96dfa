// How a row of one table refers to the row of another that it belongs to.
#pragma once

#include <string>

#include "database/dialect.h"
#include "tasks/manifest.h"

namespace winnow::tasks {

// Whether this version of Kestra has every column of the match, with readable types.
bool has_columns_of(const database::Table& table, const Match& match);

// The SQL expression for the key of the row to which a row `t` belongs, or NULL. The table has the
// match's columns, and the match is by a column or by a document.
std::string parent_key(const database::Dialect& dialect, const Match& match);

}  // namespace winnow::tasks

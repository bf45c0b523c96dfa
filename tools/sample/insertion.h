// Turns rows into few statements, in the form that each database takes fastest.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "database/dialect.h"
#include "tools/sample/row.h"

namespace winnow::sample {

// By table: a column that has to be named in an INSERT, and takes the id of the row's execution.
// Vitess places rows by it, and can't see what a generated column will hold.
using PlacingColumns = std::map<std::string, std::string, std::less<>>;

// One statement a table that has rows, or a few where a statement would bind too many values.
std::vector<database::Statement> insertions(const database::Dialect& dialect,
                                            std::span<const Row> rows,
                                            const PlacingColumns& placing = {});

}  // namespace winnow::sample

// Turns rows into few statements, in the form that each database takes fastest.
#pragma once

#include <span>
#include <vector>

#include "database/dialect.h"
#include "tools/sample/row.h"

namespace winnow::sample {

// One statement a table that has rows, or a few where a statement would bind too many values.
std::vector<database::Statement> insertions(const database::Dialect& dialect,
                                            std::span<const Row> rows);

}  // namespace winnow::sample

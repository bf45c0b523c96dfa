// Turns rows into few statements, in the fastest form for each database.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "database/dialect.h"
#include "tools/sample/row.h"

namespace winnow::sample {

// By table: a column that an INSERT must name, with the id of the row's execution. Vitess chooses
// the shard by it, and can't see the value of a generated column.
using PlacingColumns = std::map<std::string, std::string, std::less<>>;

// One statement per table that has rows, or several if one would bind too many values.
std::vector<database::Statement> insertions(const database::Dialect& dialect,
                                            std::span<const Row> rows,
                                            const PlacingColumns& placing = {});

}  // namespace winnow::sample

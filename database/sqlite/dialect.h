// SQLite's spelling. Declared types tell what a column holds (probe.h); instants are
// canonical UTC text, so that they compare as text; a list travels as one JSON array.
#pragma once

#include "database/dialect.h"

namespace winnow::database {

// Outlives every connection.
const Dialect& sqlite_dialect();

}  // namespace winnow::database

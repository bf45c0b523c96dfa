// PostgreSQL's SQL. Values are sent as text, each with a cast in its placeholder, so that no
// statement depends on the server's guesses or on a session's settings.
#pragma once

#include "database/dialect.h"

namespace winnow::database {

// Outlives every connection.
const Dialect& postgres_dialect();

}  // namespace winnow::database

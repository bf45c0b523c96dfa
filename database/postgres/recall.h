// Earlier results from PostgreSQL's catalog and lists of namespaces, so that a call can begin with
// its own statement and confirm them in the same round trip.
#pragma once

#include <string>

#include "database/memory.h"
#include "database/statement.h"
#include "database/url/settings.h"

namespace winnow::database {

// `settings`: the server, database, user, role and search path for which a result is valid.
std::string recall_key(const Settings& settings, const Statement& statement);

// By that key, the rows of a query with one column, NULL as an empty string.
Memory<TextList>& postgres_memory();

}  // namespace winnow::database

// What PostgreSQL's catalog and its lists of namespaces answered before, so that a call can begin
// with its own statement and have them confirmed in the same round trip.
#pragma once

#include <string>

#include "database/memory.h"
#include "database/statement.h"
#include "database/url/settings.h"

namespace winnow::database {

// `settings`: whose server, database, user, role and search path an answer holds for.
std::string recall_key(const Settings& settings, const Statement& statement);

// By that key, the rows of a query of one column, NULL as an empty string.
Memory<TextList>& postgres_memory();

}  // namespace winnow::database

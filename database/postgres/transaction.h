// What winnow sets in each of its transactions on PostgreSQL.
#pragma once

#include <vector>

#include "database/statement.h"
#include "database/url/settings.h"

namespace winnow::database {

// One statement that sets all of it until the transaction ends: behind a pooler the session serves
// others afterwards. A query outside of a transaction has this before it in the same group, which is
// a transaction of its own.
Statement postgres_settings(const Settings& settings);

// What to report where the server refused that statement: the settings that the configuration names, and the
// server's own words. Other failures of it pass through.
Failure postgres_refused_settings(const Settings& settings, Failure failure);

// BEGIN, and that statement.
std::vector<Statement> postgres_begin(const Settings& settings);

}  // namespace winnow::database

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

// BEGIN, and that statement.
std::vector<Statement> postgres_begin(const Settings& settings);

}  // namespace winnow::database

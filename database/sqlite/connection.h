// The entry point of the SQLite driver: winnow's own embedded engine, for demos and tests. It is
// not a Kestra database.
#pragma once

#include <memory>

#include "database/connection.h"

namespace winnow::database {

// The file must exist, except with `mode=rwc` in the URL's query, which creates it. `mode=ro` opens
// it read-only.
Outcome<std::unique_ptr<Connection>> connect_sqlite(const Settings& settings,
                                                    const Cancellation& cancellation);

}  // namespace winnow::database

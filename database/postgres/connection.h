// The entry point of the PostgreSQL driver.
#pragma once

#include <memory>

#include "database/connection.h"

namespace winnow::database {

Outcome<std::unique_ptr<Connection>> connect_postgres(const Settings& settings,
                                                      const Cancellation& cancellation);

}  // namespace winnow::database

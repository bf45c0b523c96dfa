// The MySQL driver's door.
#pragma once

#include <memory>

#include "database/connection.h"

namespace winnow::database {

Outcome<std::unique_ptr<Connection>> connect_mysql(const Settings& settings,
                                                   const Cancellation& cancellation);

}  // namespace winnow::database

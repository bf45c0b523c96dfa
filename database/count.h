// Asks for one number.
#pragma once

#include <cstdint>

#include "database/connection.h"

namespace winnow::database {

// What a SELECT count(*) gives.
Outcome<std::int64_t> count_of(Connection& connection, const Statement& statement);

}  // namespace winnow::database

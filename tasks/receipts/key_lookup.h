// Whether rows that receipts name are still there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "database/connection.h"

namespace winnow::tasks {

// How many of these keys the table has. Waits for a transaction that is about to remove them, where
// a count can.
Outcome<std::int64_t> count_of_keys(database::Connection& connection, const std::string& table,
                                    const std::vector<std::string>& keys);

// Those of these keys that the table has.
Outcome<std::vector<std::string>> present_keys(database::Connection& connection,
                                               const std::string& table,
                                               const std::vector<std::string>& keys);

}  // namespace winnow::tasks

// Reads the result of EXPLAIN (FORMAT JSON).
#pragma once

#include <string_view>

#include "database/connection.h"

namespace winnow::database {

Outcome<QueryPlan> postgres_plan(std::string_view json);

}  // namespace winnow::database

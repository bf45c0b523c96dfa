// Reads EXPLAIN QUERY PLAN.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "database/connection.h"

namespace winnow::database {

// Takes the `detail` texts in order. `tables` are the names of the database's tables and `sql` is
// the statement, where the aliases in the plan are looked up.
QueryPlan sqlite_plan(const std::vector<std::string>& details,
                      const std::vector<std::string>& tables, std::string_view sql);

}  // namespace winnow::database

// Reads EXPLAIN QUERY PLAN.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "database/connection.h"

namespace winnow::database {

// Takes the `detail` texts in their order. `tables` are the names of the database's tables and
// `sql` the statement: the plan names a table by its alias, which is looked up there.
QueryPlan sqlite_plan(const std::vector<std::string>& details,
                      const std::vector<std::string>& tables, std::string_view sql);

}  // namespace winnow::database

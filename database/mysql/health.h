// Reads the state of tables from MySQL's catalog and InnoDB's counters.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "database/dialect.h"
#include "database/health.h"
#include "database/schema.h"
#include "database/statement.h"
#include "outcome/failure.h"

namespace winnow::database {

// A query with one row and one column: the text that mysql_health() reads.
Statement mysql_health_statement(const Schema& schema);
// The same with the names as a plain list, for a server that has no JSON_TABLE.
Statement mysql_health_by_list(const Schema& schema, const Dialect& dialect);
Outcome<Health> mysql_health(std::string_view json);

// One row, one column: how many changes InnoDB still has to purge. Needs the PROCESS privilege.
Statement mysql_history_statement();
void add_history(std::int64_t length, Health& health);

}  // namespace winnow::database

// Reads the state of tables from PostgreSQL's catalog and statistics, in one query.
#pragma once

#include <string_view>

#include "database/health.h"
#include "database/schema.h"
#include "database/statement.h"
#include "outcome/failure.h"

namespace winnow::database {

// A query with one row and one column: the text that postgres_health() reads.
Statement postgres_health_statement(const Schema& schema);
Outcome<Health> postgres_health(std::string_view json);

}  // namespace winnow::database

// Asks PostgreSQL's catalog about tables, in one query.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "database/schema.h"
#include "database/statement.h"

namespace winnow::database {

// A query of one row and one column, the text that postgres_schema() reads.
Statement postgres_probe_statement(std::span<const std::string> tables);
Outcome<Schema> postgres_schema(std::string_view json);

}  // namespace winnow::database

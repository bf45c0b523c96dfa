// Asks PostgreSQL's catalog about tables, in one query.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "database/schema.h"
#include "database/statement.h"

namespace winnow::database {

// A query of one row and one column, the text that postgres_schema() reads.
Statement postgres_probe_statement(std::span<const std::string> tables);
Outcome<Schema> postgres_schema(std::string_view json);

// The same for what stands in the way of every deletion: operators and functions of a schema in the
// search path that the server would take instead of its own.
Statement postgres_strangers_statement();
Outcome<std::optional<Problem>> postgres_stranger(std::string_view json);

}  // namespace winnow::database

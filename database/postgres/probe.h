// Asks PostgreSQL's catalog about tables, in one query: all that a task has to know of them, or
// what a listing has to.
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

// The same for a listing, which has to know no more than what it reads: its conditions on what
// Kestra's own tables are like. Nothing where a table is not as Kestra makes it: then
// postgres_schema() knows.
Statement postgres_listing_statement(std::span<const std::string> tables);
Outcome<std::optional<Schema>> postgres_listing_schema(std::string_view json);

// The same for what stands in the way of every deletion: operators and functions of a schema in the
// search path that the server would take instead of its own.
Statement postgres_strangers_statement();
Outcome<std::optional<Problem>> postgres_stranger(std::string_view json);

}  // namespace winnow::database

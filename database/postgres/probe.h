// Reads tables from PostgreSQL's catalog, in one query: everything that a task needs, or only what
// a listing needs.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "database/schema.h"
#include "database/statement.h"

namespace winnow::database {

// A query with one row and one column: the text that postgres_schema() reads.
Statement postgres_probe_statement(std::span<const std::string> tables);
Outcome<Schema> postgres_schema(std::string_view json);

// The same for a listing, which needs less: it only checks that the tables are as Kestra makes
// them. postgres_listing_schema() returns nothing if one is not: then postgres_schema() decides.
Statement postgres_listing_statement(std::span<const std::string> tables);
Outcome<std::optional<Schema>> postgres_listing_schema(std::string_view json);

// The same for what prevents every deletion: operators and functions of a schema in the search path
// that the server would use instead of its own.
Statement postgres_strangers_statement();
Outcome<std::optional<Problem>> postgres_stranger(std::string_view json);

}  // namespace winnow::database

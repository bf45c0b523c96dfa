// Asks PostgreSQL's catalog about tables, in one query.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "database/schema.h"
#include "database/statement.h"
#include "database/url/settings.h"

namespace winnow::database {

// The schemas of Settings::schema (one, or several parted by commas), unquoted; empty: the server's
// search path counts.
std::vector<std::string> postgres_schemas(const Settings& settings);

// A query of one row and one column, the text that postgres_schema() reads.
Statement postgres_probe_statement(const Settings& settings, std::span<const std::string> tables);
Outcome<Schema> postgres_schema(std::string_view json);

}  // namespace winnow::database

// Queries for numbers: every count in winnow is read here.
#pragma once

#include <cstdint>
#include <vector>

#include "database/connection.h"

namespace winnow::database {

// The columns of the first row that the query gives; NULL counts as 0. A result without a row, or
// with a column that is not a number, is an internal failure.
Outcome<std::vector<std::int64_t>> numbers_of(Connection& connection, const Statement& statement);

// The first of them: the result of a SELECT count(*).
Outcome<std::int64_t> count_of(Connection& connection, const Statement& statement);

}  // namespace winnow::database

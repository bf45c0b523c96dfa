// MySQL's answers to what a purge gives way to. Each figure needs rights of its own, so each has
// its own statement; what the account may not see is left out.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "database/pressure.h"

namespace winnow::database {

// A statement whose one row, with the column that counts last, goes to `take`.
struct PressureFigure {
  Statement statement;
  std::function<void(const std::string& value, Pressure& pressure)> take;
};

std::vector<PressureFigure> mysql_pressure_figures();

// Asked of a replica: how many of these positions (sets of GTIDs) it has applied.
Statement mysql_applied_statement(const TextList& positions);

}  // namespace winnow::database

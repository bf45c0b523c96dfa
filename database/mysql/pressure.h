// Reads the figures of MySQL to which a purge gives way. Each figure needs its own rights, so each
// has its own statement; figures that the account may not see are left out.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "database/pressure.h"

namespace winnow::database {

// A statement whose only row goes to `take`; its last column is the figure.
struct PressureFigure {
  Statement statement;
  std::function<void(const std::string& value, Pressure& pressure)> take;
};

std::vector<PressureFigure> mysql_pressure_figures();

// For a replica: how many of these positions (sets of GTIDs) it has applied.
Statement mysql_applied_statement(const TextList& positions);

}  // namespace winnow::database

// Several selections of one table that a single walk distinguishes.
#pragma once

#include <cstdint>
#include <optional>

#include "tasks/selection/scope.h"

namespace winnow::tasks {

// The first part whose `match` holds decides about a row: the row belongs to that part if `terms`
// hold too, and otherwise to none. A condition on a missing value does not hold.
struct Part {
  Conjunction match = {};
  Conjunction terms = {};
  // The number of the part in the walk; nothing: its rows are not wanted.
  std::optional<std::int32_t> number = {};
};

}  // namespace winnow::tasks

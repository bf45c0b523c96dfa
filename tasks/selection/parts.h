// Several selections of one table that a single walk tells apart.
#pragma once

#include <cstdint>
#include <optional>

#include "tasks/selection/scope.h"

namespace winnow::tasks {

// The first part whose `match` holds decides about a row: it is one of that part where `terms` hold
// too, and of none otherwise. A condition that a row has no value for does not hold.
struct Part {
  Conjunction match = {};
  Conjunction terms = {};
  // What the walk calls the part; nothing: its rows are not wanted.
  std::optional<std::int32_t> number = {};
};

}  // namespace winnow::tasks

// The notes of a plan about filters that no index serves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tasks/selection/selection.h"

namespace winnow::tasks {

// One sentence for each condition on values, patterns or labels that no index serves: what the
// server reads instead. `walked` is the column whose index is walked; empty: the rows are counted.
std::vector<std::string> notes_on_unserved(const Selection& selection, std::string_view walked);

}  // namespace winnow::tasks

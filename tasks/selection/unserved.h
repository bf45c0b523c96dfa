// What a plan says about filters that no index leads to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tasks/selection/selection.h"

namespace winnow::tasks {

// A sentence for each condition on values, patterns or labels that the server can look up in no
// index: what it reads instead. `walked` is the column by whose index the rows are met; empty: they
// are counted.
std::vector<std::string> notes_on_unserved(const Selection& selection, std::string_view walked);

}  // namespace winnow::tasks

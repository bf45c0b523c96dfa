// The states of an execution.
#pragma once

#include <string>
#include <vector>

namespace winnow::tasks {

// The terminal states, as in Kestra's State.Type.isTerminated (1.1.15), and the others.
const std::vector<std::string>& terminal_states();
const std::vector<std::string>& unfinished_states();

}  // namespace winnow::tasks

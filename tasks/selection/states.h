// The states of an execution.
#pragma once

#include <string>
#include <vector>

namespace winnow::tasks {

// The terminal states, as Kestra's State.Type.isTerminated has them (1.1.15), and the others.
const std::vector<std::string>& terminal_states();
const std::vector<std::string>& unfinished_states();

}  // namespace winnow::tasks

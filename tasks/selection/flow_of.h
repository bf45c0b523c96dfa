// The flow that an execution belongs to.
#pragma once

#include <optional>
#include <string>

namespace winnow::tasks {

struct FlowOf {
  std::optional<std::string> tenant = {};
  std::string name_space = {};
  std::string flow = {};
};

}  // namespace winnow::tasks

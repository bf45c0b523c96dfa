// Brings the arguments of a call, by place or by name, into the order of the callable's parameters.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hosts/cli/expression/functions/functions.h"
#include "hosts/cli/expression/language/node.h"

namespace winnow::cli::expression {

struct GivenArgument {
  std::string name;  // empty: by place
  NodePointer value;
  std::size_t offset = 0;
};

// `offset` is where the call stands. Refused: too many, unknown names, one given twice, a required
// one missing.
Result<std::vector<NodePointer>> arranged(const Callable& callable,
                                          std::vector<GivenArgument> given, std::size_t offset);

}  // namespace winnow::cli::expression

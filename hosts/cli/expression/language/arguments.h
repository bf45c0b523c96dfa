// Brings the arguments of a call, given by place or by name, into the order of the callable's
// parameters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "hosts/cli/expression/language/node.h"

namespace winnow::cli::expression {

struct GivenArgument {
  std::string name = {};  // empty: by place
  Node value = {};
  std::size_t offset = 0;
};

// One node per parameter; null for one that is not given. Refused: too many, unknown names, one
// given twice, a required one missing. `offset` is where the call stands in the source.
Outcome<std::vector<Node>> in_order(const Callable& callable, std::vector<GivenArgument> given,
                                    std::string_view source, std::size_t offset);

}  // namespace winnow::cli::expression

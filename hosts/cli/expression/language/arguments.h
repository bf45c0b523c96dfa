// Puts the arguments of a call, given by position or by name, into the order of the callable's
// parameters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "hosts/cli/expression/language/node.h"

namespace winnow::cli::expression {

struct GivenArgument {
  std::string name = {};  // empty: by position
  Node value = {};
  std::size_t offset = 0;
};

// One node per parameter; null if it is not given. Fails for too many arguments, unknown names,
// duplicates and missing required ones. `offset` is the call's place in the source.
Outcome<std::vector<Node>> in_order(const Callable& callable, std::vector<GivenArgument> given,
                                    std::string_view source, std::size_t offset);

}  // namespace winnow::cli::expression

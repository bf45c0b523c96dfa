// Gives an expression its value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hosts/cli/expression/language/node.h"

namespace winnow::cli::expression {

// A variable or attribute that is not defined is a failure, unless `??`, `???`, default or `is
// defined` catches it. Strings that come out are never evaluated again. `node` and `scope` must
// outlive the value.
Outcome<Value> evaluate(const Node& node, std::string_view source, const Scope& scope);

// A use of a variable: `outputs.purge.count` is {"outputs", "purge", "count"}.
struct Reference {
  std::vector<std::string> path = {};  // as far as its parts are constant
  std::size_t offset = 0;
  bool guarded = false;  // something catches it when it is not defined
};

// Every use of a variable, also in branches that may not be taken.
std::vector<Reference> references(const Node& node);

}  // namespace winnow::cli::expression

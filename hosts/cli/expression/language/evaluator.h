// Evaluates an expression.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hosts/cli/expression/language/node.h"

namespace winnow::cli::expression {

// An undefined variable or attribute is a failure, unless `??`, `???`, default or `is defined`
// catches it. Resulting strings are never evaluated again. `node` and `scope` must outlive the
// value.
Outcome<Value> evaluate(const Node& node, std::string_view source, const Scope& scope);

// A use of a variable: `outputs.purge.count` is {"outputs", "purge", "count"}.
struct Reference {
  std::vector<std::string> path = {};  // up to its last constant part
  std::size_t offset = 0;
  bool guarded = false;  // an undefined value is caught
};

// Every use of a variable, also in branches that may not be taken.
std::vector<Reference> references(const Node& node);

}  // namespace winnow::cli::expression

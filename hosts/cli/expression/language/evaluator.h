// Gives an expression its value.
#pragma once

#include <string>
#include <vector>

#include "hosts/cli/expression/functions/functions.h"
#include "hosts/cli/expression/language/node.h"
#include "hosts/cli/expression/language/problem.h"

namespace winnow::cli::expression {

// A variable or attribute that is not there is a problem (`undefined`), unless `??`, `???`, default
// or `is defined` catches it. Texts that come out are never evaluated again.
Result<Json> evaluate(const Node& node, const Scope& scope);

// A use of a variable: `outputs.purge.count` is {"outputs", "purge", "count"}.
struct Reference {
  std::vector<std::string> path;  // as far as its parts are constant
  std::size_t offset = 0;
  bool guarded = false;  // something catches it when it is not there
};

// Every use of a variable, also in branches that may not be taken.
std::vector<Reference> references(const Node& node);

}  // namespace winnow::cli::expression

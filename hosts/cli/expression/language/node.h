// An expression as a tree.
#pragma once

#include <cstddef>
#include <vector>

#include "hosts/cli/expression/language/callable.h"

namespace winnow::cli::expression {

enum class NodeKind {
  literal,    // `value`
  variable,   // `value` is its name
  attribute,  // object, name
  list,       // the elements
  map,        // key, value, key, value, ...
  call,       // input, arguments in the order of the callable's parameters
  // These evaluate an operand only if it is needed:
  conditional,         // condition, yes, no
  either,              // left, right
  both,                // left, right
  coalesce_null,       // left, right; right if left is null or undefined
  coalesce_undefined,  // left, right; right if left is undefined
};

// NOLINTNEXTLINE(bugprone-exception-escape): moving a Json throws nothing, it asserts
struct Node {
  NodeKind kind = NodeKind::literal;
  std::size_t offset = 0;  // in the source
  std::vector<Node> children = {};
  Json value = {};
  const Callable* callable = nullptr;
  bool negated = false;  // `is not`
};

}  // namespace winnow::cli::expression

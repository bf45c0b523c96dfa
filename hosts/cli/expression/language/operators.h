// The operators between two values, and their precedence.
#pragma once

#include <string_view>
#include <vector>

#include "hosts/cli/expression/language/callable.h"
#include "hosts/cli/expression/language/node.h"

namespace winnow::cli::expression {

// Pebble's and Kestra's own numbers; a higher one binds tighter.
constexpr int kTestPrecedence = 20;
constexpr int kPipePrecedence = 100;
constexpr int kUnaryPrecedence = 500;

struct BinaryOperator {
  std::string_view symbol;
  int precedence = 0;
  NodeKind kind = NodeKind::call;
  Callable callable = {};  // of a call: the left operand is its input
};

// Null for a token that is not a binary operator; `|` and `is` are not among them.
const BinaryOperator* find_binary_operator(std::string_view symbol);

std::vector<std::string_view> binary_operator_symbols();

// `-x`, `+x` and `not x`; null for anything else.
const Callable* find_unary_operator(std::string_view symbol);

// `first..last` by `step`, bounded in length.
Outcome<Json> range(const Json& first, const Json& last, const Json& step);

// Whether `left` is greater than `right`; comparing anything with null gives false.
Outcome<bool> is_greater(const Json& left, const Json& right);

}  // namespace winnow::cli::expression

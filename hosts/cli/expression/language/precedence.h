// How tightly each operator binds.
#pragma once

#include <string_view>

#include "hosts/cli/expression/language/lexer.h"
#include "hosts/cli/expression/language/node.h"

namespace winnow::cli::expression {

// Pebble's and Kestra's own numbers; a higher one binds tighter.
constexpr int kTestPrecedence = 20;
constexpr int kPipePrecedence = 100;
constexpr int kUnaryPrecedence = 500;

struct Precedence {
  std::string_view symbol;
  int level;
  BinaryOperator operation;
};

// Nothing when the token is no operator between two values; `|` and `is` are not among them.
const Precedence* binary_operator(const Token& token);

}  // namespace winnow::cli::expression

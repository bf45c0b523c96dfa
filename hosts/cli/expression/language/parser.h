// Makes a tree of tokens, by the precedence that Pebble gives its operators.
#pragma once

#include "hosts/cli/expression/language/lexer.h"
#include "hosts/cli/expression/language/node.h"
#include "hosts/cli/expression/language/problem.h"

namespace winnow::cli::expression {

// Functions, filters, tests and their arguments are looked up here, so that a misspelt one is found
// before anything runs, also in a branch that would not be taken. Bounded in depth and size.
Result<NodePointer> parse(const Tokens& tokens);

}  // namespace winnow::cli::expression

// Builds a tree from tokens, with the precedence of Pebble's operators.
#pragma once

#include <string_view>

#include "hosts/cli/expression/language/callable.h"
#include "hosts/cli/expression/language/lexer.h"
#include "hosts/cli/expression/language/node.h"

namespace winnow::cli::expression {

// Functions, filters, tests and their arguments are looked up here, so that a misspelt one is found
// before anything runs, even in a branch that is not taken. Limited in depth and size. `source` is
// the string of the tokens, for messages.
Outcome<Node> parse(const Tokens& tokens, std::string_view source, const Callables& callables);

}  // namespace winnow::cli::expression

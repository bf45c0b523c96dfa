// Makes a tree of tokens, by the precedence that Pebble gives its operators.
#pragma once

#include <string_view>

#include "hosts/cli/expression/language/callable.h"
#include "hosts/cli/expression/language/lexer.h"
#include "hosts/cli/expression/language/node.h"

namespace winnow::cli::expression {

// Functions, filters, tests and their arguments are looked up here, so that a misspelt one is found
// before anything runs, also in a branch that would not be taken. Bounded in depth and size.
// `source` is the string that the tokens come from, for messages.
Outcome<Node> parse(const Tokens& tokens, std::string_view source, const Callables& callables);

}  // namespace winnow::cli::expression

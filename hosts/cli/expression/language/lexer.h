// Cuts the inside of `{{ ... }}` into tokens.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "hosts/cli/expression/language/problem.h"

namespace winnow::cli::expression {

enum class TokenKind { name, number, text, symbol, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;        // of a text: without its quotes and escapes
  std::size_t offset = 0;  // in the source
};

struct Tokens {
  std::vector<Token> list;  // the last one is `end`
  std::size_t after = 0;    // where the text goes on behind `}}`
  bool trim = false;        // it ended in `-}}`: white space behind it goes
};

// `start` is the byte behind `{{`. A `}}` inside a text, a list or a map does not end the
// expression.
Result<Tokens> cut(std::string_view source, std::size_t start);

}  // namespace winnow::cli::expression

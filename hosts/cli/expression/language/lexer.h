// Splits the inside of `{{ ... }}` into tokens.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "outcome/failure.h"

namespace winnow::cli::expression {

enum class TokenKind { name, number, string, symbol, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;        // of a string: without its quotes and escapes
  std::size_t offset = 0;  // in the source
};

struct Tokens {
  std::vector<Token> list;  // the last one is `end`
  std::size_t after = 0;    // position in the source after `}}`
  bool trim = false;        // ended in `-}}`: drops the following white space
};

// `start` is the byte after `{{`. A `}}` inside a string, a list or a map does not end the
// expression.
Outcome<Tokens> tokenize(std::string_view source, std::size_t start);

}  // namespace winnow::cli::expression

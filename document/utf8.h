// Strings as UTF-8: whether they are, and how to show those that are not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace winnow::document {

// The first character of a text that is not empty.
struct Character {
  std::size_t bytes = 1;
  std::int32_t code_point = -1;  // below 0: a byte that is not UTF-8
};
Character first_character(std::string_view text);

// Well-formed UTF-8: no overlong form, no surrogate, nothing beyond U+10FFFF, nothing cut off.
bool is_utf8(std::string_view text);

// How many bytes of the text, from its beginning, are well-formed UTF-8.
std::size_t utf8_prefix(std::string_view text);

// At most `bytes` of a well-formed text, never half a character, with "..." where something was
// left off.
std::string shortened(std::string_view text, std::size_t bytes);

// The bytes on one line of UTF-8, for a message: control characters, those that turn the direction
// of writing, and what is not UTF-8, become \xHH.
std::string printable(std::string_view bytes);

}  // namespace winnow::document

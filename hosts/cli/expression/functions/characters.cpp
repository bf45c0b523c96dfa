#include "hosts/cli/expression/functions/characters.h"

#include <array>
#include <utf8proc.h>

#include "document/utf8.h"

namespace winnow::cli::expression {
namespace {

std::string mapped(std::string_view text, utf8proc_int32_t (*change)(utf8proc_int32_t)) {
  std::string result;
  for (const auto character : characters(text)) {
    const auto point = document::first_character(character).code_point;
    if (point < 0) {
      result += character;
      continue;
    }
    std::array<utf8proc_uint8_t, 4> encoded{};
    const auto size = utf8proc_encode_char(change(point), encoded.data());
    result.append(encoded.begin(), encoded.begin() + size);
  }
  return result;
}

}  // namespace

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> all;
  while (!text.empty()) {
    const auto size = document::first_character(text).bytes;
    all.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return all;
}

std::string upper(std::string_view text) {
  return mapped(text, utf8proc_toupper);
}
std::string lower(std::string_view text) {
  return mapped(text, utf8proc_tolower);
}

}  // namespace winnow::cli::expression

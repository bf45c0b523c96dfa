#include "hosts/cli/expression/functions/characters.h"

#include <algorithm>
#include <array>
#include <utf8proc.h>

namespace winnow::cli::expression {
namespace {

std::size_t read(std::string_view text, utf8proc_int32_t& point) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &point);
  return size > 0 ? static_cast<std::size_t>(size) : 0;
}

std::string mapped(std::string_view text, utf8proc_int32_t (*change)(utf8proc_int32_t)) {
  std::string result;
  for (const auto character : characters(text)) {
    utf8proc_int32_t point = 0;
    if (read(character, point) == 0) {
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
    utf8proc_int32_t point = 0;
    const auto size = std::max<std::size_t>(1, read(text, point));
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

// A text without the white space around it.
#pragma once

#include <string_view>

namespace winnow::document {

inline constexpr std::string_view kWhiteSpace = " \t\r\n";

// The part of the same text; it lives as long as that does.
constexpr std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kWhiteSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

}  // namespace winnow::document

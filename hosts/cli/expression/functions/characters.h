// Strings as characters instead of bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace winnow::cli::expression {

// The string's code points; a byte that is not UTF-8 counts as one.
std::vector<std::string_view> characters(std::string_view text);

std::string upper(std::string_view text);
std::string lower(std::string_view text);

}  // namespace winnow::cli::expression

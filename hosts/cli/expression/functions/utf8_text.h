// Texts by characters instead of bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::cli::expression {

// The text cut into its code points; a byte that is not UTF-8 is one of its own.
std::vector<std::string_view> characters(std::string_view text);

std::string upper(std::string_view text);
std::string lower(std::string_view text);

}  // namespace winnow::cli::expression

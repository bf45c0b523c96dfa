// File names are bytes; messages are UTF-8 on one line.
#pragma once

#include <string>
#include <string_view>

namespace winnow::storage {

// The text with control characters and what is not UTF-8 as \xHH.
std::string printable(std::string_view bytes);

}  // namespace winnow::storage

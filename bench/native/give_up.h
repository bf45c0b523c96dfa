// A failed measurement has no result to save: the program says why and ends.
#pragma once

#include <string_view>

namespace winnow::bench {

[[noreturn]] void give_up(std::string_view what);

}  // namespace winnow::bench

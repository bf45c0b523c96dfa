// A measurement that fails has no result to rescue: the program says why and ends.
#pragma once

#include <string_view>

namespace winnow::bench {

[[noreturn]] void give_up(std::string_view what);

}  // namespace winnow::bench

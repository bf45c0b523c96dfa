// Numbers in human-readable form.
#pragma once

#include <cstdint>
#include <string>

namespace winnow::cli {

// "1,234,567".
std::string grouped(std::int64_t number);

// "512 B", "1.4 GiB".
std::string size_text(double bytes);

// "4 s", "3 min 20 s", "2 h 5 min", "3 d 4 h".
std::string duration_text(std::int64_t seconds);

}  // namespace winnow::cli

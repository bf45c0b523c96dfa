// The hashes of receipts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace winnow::tasks {

// `previous` of a file's first record.
inline constexpr std::string_view kNoRecord =
    "0000000000000000000000000000000000000000000000000000000000000000";

// SHA-256 of keys sorted by their bytes, each followed by a line feed: the output of `LC_ALL=C sort
// keys | sha256sum`.
std::string sha256_of_keys(const std::vector<std::string>& sorted);

// 32 random hexadecimal digits.
std::string random_name();

}  // namespace winnow::tasks

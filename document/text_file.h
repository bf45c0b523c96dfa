// Reads a small file whole, and writes whole strings.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "outcome/failure.h"

namespace winnow::document {

// A file that can't be read, or is larger than `most_bytes`, is a configuration failure that names
// it and says why.
Outcome<std::string> read_text_file(const std::string& path, std::size_t most_bytes);

// Writes all of the string to an open descriptor. False, with errno set, where it takes no more.
bool write_all(int descriptor, std::string_view text);

}  // namespace winnow::document

// Reads a small file whole.
#pragma once

#include <cstddef>
#include <string>

#include "outcome/failure.h"

namespace winnow::document {

// A file that can't be read, or is larger than `most_bytes`, is a configuration failure that names
// it and says why.
Outcome<std::string> read_text_file(const std::string& path, std::size_t most_bytes);

}  // namespace winnow::document

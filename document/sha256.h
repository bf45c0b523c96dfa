// The hash by which what was agreed on is told from what is there now.
#pragma once

#include <string>
#include <string_view>

namespace winnow::document {

// SHA-256 in lower-case hexadecimal digits. Empty where the machine's OpenSSL refuses.
std::string sha256(std::string_view bytes);

}  // namespace winnow::document

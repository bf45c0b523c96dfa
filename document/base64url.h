// Bytes as letters that need no quoting in a URL, a shell or a flow: base64url of RFC 4648, without
// padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace winnow::document {

std::string to_base64url(std::string_view bytes);
// Nothing for a letter outside the alphabet. Several strings may stand for the same bytes: whoever
// wants one spelling compares with to_base64url().
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace winnow::document

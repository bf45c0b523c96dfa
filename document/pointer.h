// JSON Pointers (RFC 6901), by which a value inside a document is named.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace winnow::document {

// The pointer of a member or element of the value at `parent`; `~` and `/` in the key are escaped.
std::string pointer_to(std::string_view parent, std::string_view key);
std::string pointer_to(std::string_view parent, std::size_t index);

// The pointer without its last part; the empty pointer is its own parent.
std::string_view parent_of(std::string_view pointer);

}  // namespace winnow::document

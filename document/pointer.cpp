// JSON Pointers.
#include "document/pointer.h"

namespace winnow::document {

std::string pointer_to(std::string_view parent, std::string_view key) {
  std::string pointer;
  pointer.reserve(parent.size() + key.size() + 1);
  pointer.append(parent).push_back('/');
  for (const char character : key) {
    switch (character) {
      case '~':
        pointer += "~0";
        break;
      case '/':
        pointer += "~1";
        break;
      default:
        pointer += character;
    }
  }
  return pointer;
}

std::string pointer_to(std::string_view parent, std::size_t index) {
  return std::string(parent).append("/").append(std::to_string(index));
}

std::string_view parent_of(std::string_view pointer) {
  const auto slash = pointer.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : pointer.substr(0, slash);
}

}  // namespace winnow::document

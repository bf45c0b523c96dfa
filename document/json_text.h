// JSON that stays text within a tree. A page of rows comes as text: as a tree it would take several
// times its memory, only to be written as text again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "document/yaml.h"

namespace winnow::document {

// The value on one line. Bytes that are not UTF-8 are replaced.
std::string json_line(const Json& value);

// Of one value, which the caller knows to be valid JSON.
Json json_text(std::string_view value);

// Of an array, put together value by value.
class ArrayText {
 public:
  void add(std::string_view value);
  std::size_t size() const { return size_; }
  Json finish() &&;

 private:
  std::vector<std::uint8_t> bytes_{'['};
  std::size_t size_ = 0;
};

// Writes the tree, piece by piece. Text is known among the members of the root, and nowhere below.
// Bytes of other strings that are not UTF-8 are replaced.
void write_json(const Json& root, const std::function<void(std::string_view)>& write);

}  // namespace winnow::document

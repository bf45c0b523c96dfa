#include "document/json_text.h"

#include <algorithm>
#include <string>
#include <utility>

namespace winnow::document {
namespace {

std::string_view held_text(const Json& value) {
  const auto& bytes = value.get_binary();
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool holds_text(const Json& root) {
  return root.is_object() &&
         std::any_of(root.begin(), root.end(), [](const Json& each) { return each.is_binary(); });
}

}  // namespace

std::string json_line(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json json_text(std::string_view value) {
  return Json::binary(std::vector<std::uint8_t>(value.begin(), value.end()));
}

void ArrayText::add(std::string_view value) {
  if (size_ > 0) bytes_.push_back(',');
  bytes_.insert(bytes_.end(), value.begin(), value.end());
  ++size_;
}

Json ArrayText::finish() && {
  bytes_.push_back(']');
  return Json::binary(std::move(bytes_));
}

void write_json(const Json& root, const std::function<void(std::string_view)>& write) {
  if (!holds_text(root)) return write(json_line(root));
  std::string before = "{";
  for (const auto& member : root.items()) {
    write(before + json_line(member.key()) + ":");
    if (member.value().is_binary()) {
      write(held_text(member.value()));
    } else {
      write(json_line(member.value()));
    }
    before = ",";
  }
  write("}");
}

}  // namespace winnow::document

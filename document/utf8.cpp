// UTF-8, as utf8proc judges it.
#include "document/utf8.h"

#include <algorithm>
#include <utf8proc.h>

#include "document/strings.h"

namespace winnow::document {
namespace {

// Control characters, and those that turn the direction of what follows or break its line: a string
// that holds them can look like another one.
bool is_safe_to_show(utf8proc_int32_t code_point) {
  const auto& property = *utf8proc_get_property(code_point);
  switch (property.bidi_class) {
    case UTF8PROC_BIDI_CLASS_LRE:
    case UTF8PROC_BIDI_CLASS_LRO:
    case UTF8PROC_BIDI_CLASS_RLE:
    case UTF8PROC_BIDI_CLASS_RLO:
    case UTF8PROC_BIDI_CLASS_PDF:
    case UTF8PROC_BIDI_CLASS_LRI:
    case UTF8PROC_BIDI_CLASS_RLI:
    case UTF8PROC_BIDI_CLASS_FSI:
    case UTF8PROC_BIDI_CLASS_PDI:
      return false;
    default:
      break;
  }
  return property.category != UTF8PROC_CATEGORY_CC && property.category != UTF8PROC_CATEGORY_ZL &&
         property.category != UTF8PROC_CATEGORY_ZP;
}

}  // namespace

Character first_character(std::string_view text) {
  Character first;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());  // NOLINT
  // It has four bytes at most; a smaller count also keeps huge texts within the library's signed
  // sizes.
  const auto used =
      utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size(), 4)),
                       &first.code_point);
  if (used <= 0) return {};
  first.bytes = static_cast<std::size_t>(used);
  return first;
}

std::size_t utf8_prefix(std::string_view text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto next = first_character(rest);
    if (next.code_point < 0) break;
    rest.remove_prefix(next.bytes);
  }
  return text.size() - rest.size();
}

bool is_utf8(std::string_view text) {
  return utf8_prefix(text) == text.size();
}

std::string shortened(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  while (bytes > 0 && continues(bytes)) --bytes;
  return std::string(text.substr(0, bytes)) + "...";
}

std::string printable(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const auto [size, code_point] = first_character(bytes);
    const bool shown = code_point >= 0 && is_safe_to_show(code_point);
    for (const char& byte : bytes.substr(0, size)) {
      out += shown ? std::string(1, byte) : "\\x" + hexadecimal({&byte, 1});
    }
    bytes.remove_prefix(size);
  }
  return out;
}

}  // namespace winnow::document

// Makes any bytes fit for a message.
#include "storage/printable.h"

#include <utf8proc.h>

namespace winnow::storage {
namespace {

void append_escaped(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0x0FU];
  }
}

}  // namespace

std::string printable(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    utf8proc_int32_t codepoint = -1;
    const auto read =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(bytes.data()),  // NOLINT
                         static_cast<utf8proc_ssize_t>(bytes.size()), &codepoint);
    const auto size = read > 0 ? static_cast<std::size_t>(read) : 1;
    const bool shown = read > 0 && codepoint >= 0x20 && (codepoint < 0x7F || codepoint > 0x9F);
    if (shown) {
      out += bytes.substr(0, size);
    } else {
      append_escaped(out, bytes.substr(0, size));
    }
    bytes.remove_prefix(size);
  }
  return out;
}

}  // namespace winnow::storage

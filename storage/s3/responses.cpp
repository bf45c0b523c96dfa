#include "storage/s3/responses.h"

#include <sstream>
#include <utf8proc.h>

#include <pugixml.hpp>

#include "document/strings.h"

namespace winnow::storage::s3 {
namespace {

// The root element of that name, or an empty node.
pugi::xml_node root_of(pugi::xml_document& document, std::string_view xml, const char* name) {
  if (!document.load_buffer(xml.data(), xml.size(),
                            pugi::parse_default | pugi::parse_ws_pcdata_single,
                            pugi::encoding_utf8)) {
    return {};
  }
  return document.child(name);
}

// encoding-type=url: %HH, and `+` for a space.
std::string decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    const auto high = escape ? document::hex_digit(text[i + 1]) : std::nullopt;
    const auto low = escape ? document::hex_digit(text[i + 2]) : std::nullopt;
    if (high && low) {
      out += static_cast<char>(*high * 16 + *low);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

std::optional<Page> read_page(std::string_view xml) {
  pugi::xml_document document;
  const auto root = root_of(document, xml, "ListBucketResult");
  if (!root) return std::nullopt;
  const std::string_view truncated = root.child("IsTruncated").text().get();
  Page page;
  page.next = root.child("NextContinuationToken").text().get();
  // More without a way to get at it, or an answer that does not say whether there is more.
  if (truncated != "true" && truncated != "false") return std::nullopt;
  if (truncated == "true" && page.next.empty()) return std::nullopt;
  if (truncated == "false") page.next.clear();
  // A server that does not know encoding-type does not repeat it.
  const bool url = std::string_view(root.child("EncodingType").text().get()) == "url";
  for (const auto& object : root.children("Contents")) {
    const char* key = object.child("Key").text().get();
    page.objects.push_back({.key = url ? decoded(key) : key,
                            .last_modified = object.child("LastModified").text().get()});
  }
  return page;
}

std::optional<Deletions> read_deletions(std::string_view xml) {
  pugi::xml_document document;
  const auto root = root_of(document, xml, "DeleteResult");
  if (!root) return std::nullopt;
  Deletions deletions;
  for (const auto& each : root.children("Deleted")) {
    deletions.deleted.emplace_back(each.child("Key").text().get());
  }
  for (const auto& each : root.children("Error")) {
    deletions.errors.push_back({.key = each.child("Key").text().get(),
                                .code = each.child("Code").text().get(),
                                .message = each.child("Message").text().get()});
  }
  return deletions;
}

std::optional<ServerError> read_error(std::string_view xml) {
  pugi::xml_document document;
  const auto root = root_of(document, xml, "Error");
  if (!root) return std::nullopt;
  return ServerError{.code = root.child("Code").text().get(),
                     .message = root.child("Message").text().get()};
}

bool fits_xml(std::string_view key) {
  while (!key.empty()) {
    utf8proc_int32_t codepoint = -1;
    const auto size =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(key.data()),  // NOLINT
                         static_cast<utf8proc_ssize_t>(key.size()), &codepoint);
    // Readers of XML make one line break of every kind of it.
    const bool fits = size > 0 && codepoint >= 0x20 && (codepoint < 0x7F || codepoint > 0x9F) &&
                      codepoint != 0x2028 && (codepoint & 0xFFFE) != 0xFFFE;
    if (!fits) return false;
    key.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

std::string write_deletion(const std::vector<std::string_view>& keys) {
  pugi::xml_document document;
  auto root = document.append_child("Delete");
  root.append_attribute("xmlns") = "http://s3.amazonaws.com/doc/2006-03-01/";
  for (const auto key : keys) {
    root.append_child("Object").append_child("Key").text().set(std::string(key).c_str());
  }
  std::ostringstream text;
  document.save(text, "", pugi::format_raw | pugi::format_no_declaration, pugi::encoding_utf8);
  return text.str();
}

}  // namespace winnow::storage::s3

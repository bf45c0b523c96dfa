#include "storage/s3/responses.h"

#include <sstream>
#include <utility>

#include <pugixml.hpp>

#include "document/strings.h"
#include "document/utf8.h"

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

std::string child_text(const pugi::xml_node& parent, const char* name) {
  return parent.child(name).text().get();
}

// A listing's page without its objects. Nothing where there is more without a way to get at it, or
// where the response does not say whether there is more.
std::optional<Page> page_of(const pugi::xml_node& root, const char* next) {
  const std::string truncated = child_text(root, "IsTruncated");
  if (truncated == "false") return Page{};
  Page page{.objects = {}, .next = child_text(root, next)};
  if (truncated != "true" || page.next.empty()) return std::nullopt;
  return page;
}

// A server that does not know encoding-type does not repeat it.
bool is_encoded(const pugi::xml_node& root) {
  return child_text(root, "EncodingType") == "url";
}

// Without encoding-type a writer of XML puts U+FFFD where a key has a control character: the object
// itself has another name.
bool is_spelt(const std::string& key, bool url) {
  return url || key.find("\xEF\xBF\xBD") == std::string::npos;
}

ObjectName name_of(const pugi::xml_node& object) {
  return {.key = child_text(object, "Key"), .version = child_text(object, "VersionId")};
}

}  // namespace

std::optional<Page> read_page(std::string_view xml) {
  pugi::xml_document document;
  const auto root = root_of(document, xml, "ListBucketResult");
  if (!root) return std::nullopt;
  auto page = page_of(root, "NextContinuationToken");
  if (!page) return std::nullopt;
  const bool url = is_encoded(root);
  for (const auto& object : root.children("Contents")) {
    auto key = child_text(object, "Key");
    const bool spelt = is_spelt(key, url);
    auto other = decoded(key);
    if (url) key = std::exchange(other, {});
    if (other == key) other.clear();
    page->objects.push_back({.key = std::move(key),
                             .last_modified = child_text(object, "LastModified"),
                             .is_spelt = spelt,
                             .if_encoded = std::move(other)});
  }
  return page;
}

std::optional<Page> read_versions(std::string_view xml) {
  pugi::xml_document document;
  const auto root = root_of(document, xml, "ListVersionsResult");
  if (!root) return std::nullopt;
  auto page = page_of(root, "NextKeyMarker");
  if (!page) return std::nullopt;
  const bool url = is_encoded(root);
  if (url) page->next = decoded(page->next);
  if (!page->next.empty()) page->next_version = child_text(root, "NextVersionIdMarker");
  for (const auto& object : root.children()) {
    const std::string_view kind = object.name();
    if (kind != "Version" && kind != "DeleteMarker") continue;
    auto key = child_text(object, "Key");
    const bool spelt = is_spelt(key, url);
    page->objects.push_back(
        {.key = url ? decoded(key) : std::move(key),
         .last_modified = child_text(object, "LastModified"),
         .version = child_text(object, "VersionId"),
         .is_file = kind == "Version" && child_text(object, "IsLatest") == "true",
         .is_spelt = spelt});
  }
  return page;
}

std::optional<DeleteResult> read_delete_result(std::string_view xml) {
  pugi::xml_document document;
  const auto root = root_of(document, xml, "DeleteResult");
  if (!root) return std::nullopt;
  DeleteResult result;
  for (const auto& each : root.children("Deleted")) result.deleted.push_back(name_of(each));
  for (const auto& each : root.children("Error")) {
    result.errors.push_back({.object = name_of(each),
                             .code = child_text(each, "Code"),
                             .message = child_text(each, "Message")});
  }
  return result;
}

std::optional<ServerError> read_error(std::string_view xml) {
  pugi::xml_document document;
  const auto root = root_of(document, xml, "Error");
  if (!root) return std::nullopt;
  return ServerError{.code = child_text(root, "Code"),
                     .message = child_text(root, "Message"),
                     .endpoint = child_text(root, "Endpoint"),
                     .region = child_text(root, "Region")};
}

// MinIO tells reads from writes: SlowDownRead, SlowDownWrite.
bool is_passing(std::string_view code) {
  return code == "InternalError" || code.starts_with("SlowDown") || code == "ServiceUnavailable" ||
         code == "OperationAborted" || code == "RequestTimeout";
}

bool fits_xml(std::string_view key) {
  while (!key.empty()) {
    const auto [size, code_point] = document::first_character(key);
    // Readers of XML make one line break of every kind of it.
    const bool fits = code_point >= 0x20 && (code_point < 0x7F || code_point > 0x9F) &&
                      code_point != 0x2028 && (code_point & 0xFFFE) != 0xFFFE;
    if (!fits) return false;
    key.remove_prefix(size);
  }
  return true;
}

std::string write_deletion(const std::vector<ObjectName>& objects) {
  pugi::xml_document document;
  auto root = document.append_child("Delete");
  root.append_attribute("xmlns") = "http://s3.amazonaws.com/doc/2006-03-01/";
  for (const auto& each : objects) {
    auto object = root.append_child("Object");
    object.append_child("Key").text().set(each.key.c_str());
    if (!each.version.empty()) object.append_child("VersionId").text().set(each.version.c_str());
  }
  std::ostringstream text;
  document.save(text, "", pugi::format_raw | pugi::format_no_declaration, pugi::encoding_utf8);
  return text.str();
}

}  // namespace winnow::storage::s3

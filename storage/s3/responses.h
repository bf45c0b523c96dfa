// S3's XML, read and written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::storage::s3 {

struct ListedObject {
  std::string key;
  std::string last_modified = {};  // the server's own text: 2026-02-03T01:00:05.000Z
  std::string version = {};        // only of ListObjectVersions
  bool is_file = true;             // false: an older version, or a delete marker
  bool is_spelt = true;            // false: XML can't represent the key, the server wrote U+FFFD
  // The key if the server encodes keys without saying so; empty: the same key.
  std::string if_encoded = {};
};

// One page of ListObjectsV2 or ListObjectVersions.
struct Page {
  std::vector<ListedObject> objects;
  std::string next = {};  // continuation token, or key marker; empty: this was the last page
  std::string next_version = {};  // version marker
};

// Names an object, or one version of it.
struct ObjectName {
  std::string key;
  std::string version = {};  // empty: the current object

  auto operator<=>(const ObjectName&) const = default;  // NOLINT(modernize-use-nullptr): its zero
};

struct ObjectError {
  ObjectName object;
  std::string code;
  std::string message;
};

// The result of a DeleteObjects for each of its objects.
struct DeleteResult {
  std::vector<ObjectName> deleted;
  std::vector<ObjectError> errors;
};

struct ServerError {
  std::string code;  // "NoSuchBucket"; empty if the response has none
  std::string message;
  std::string endpoint = {};  // of a bucket in another region, if the server says it
  std::string region = {};
};

// Nothing if the text is not the expected document: truncated, not XML, or another document. The
// text may come from an attacker: no entity is expanded and no file is read.
std::optional<Page> read_page(std::string_view xml);
std::optional<Page> read_versions(std::string_view xml);
std::optional<DeleteResult> read_delete_result(std::string_view xml);
// An error document, even in a response of status 200.
std::optional<ServerError> read_error(std::string_view xml);
// Whether a retry may succeed, by the code of an error.
bool is_passing(std::string_view code);

// True if XML can represent the key unchanged. Any other key is deleted by a separate request.
bool fits_xml(std::string_view key);
// The body of a DeleteObjects with at most 1,000 objects whose keys fit_xml().
std::string write_deletion(const std::vector<ObjectName>& objects);

}  // namespace winnow::storage::s3

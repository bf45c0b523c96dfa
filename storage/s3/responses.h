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
  std::string version = {};        // of ListObjectVersions alone
  bool is_file = true;             // false: an older version, or a delete marker
  bool is_spelt = true;            // false: the server has put U+FFFD where XML can't spell the key
  // What the key is where the server encodes keys and does not say so; empty: that would be the
  // same key.
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
  std::string version = {};  // empty: the object as it stands

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
  std::string code;  // "NoSuchBucket"; empty where the response has none
  std::string message;
  std::string endpoint = {};  // where a bucket of another region is, where the server says it
  std::string region = {};
};

// Nothing for a text that is not the expected document: cut off, no XML, or another one. The text
// may be an attacker's: no entity is expanded and no file is read.
std::optional<Page> read_page(std::string_view xml);
std::optional<Page> read_versions(std::string_view xml);
std::optional<DeleteResult> read_delete_result(std::string_view xml);
// An error document, also one that stands in a response of status 200.
std::optional<ServerError> read_error(std::string_view xml);
// Whether a later try may pass, by the code of an error.
bool is_passing(std::string_view code);

// True when XML can carry the key unchanged. Another one is deleted by a request of its own.
bool fits_xml(std::string_view key);
// The body of a DeleteObjects of at most 1,000 objects, whose keys fit.
std::string write_deletion(const std::vector<ObjectName>& objects);

}  // namespace winnow::storage::s3

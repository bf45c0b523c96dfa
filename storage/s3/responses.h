// What S3 says in XML, read and written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::storage::s3 {

struct ListedObject {
  std::string key;
  std::string last_modified;  // the server's own text: 2026-02-03T01:00:05.000Z
};

// One page of ListObjectsV2.
struct Page {
  std::vector<ListedObject> objects;
  std::string next;  // continuation token; empty: this was the last page
};

struct KeyError {
  std::string key;
  std::string code;
  std::string message;
};

// What became of each key of a DeleteObjects.
struct Deletions {
  std::vector<std::string> deleted;
  std::vector<KeyError> errors;
};

struct ServerError {
  std::string code;  // "NoSuchBucket"; empty where the answer says none
  std::string message;
};

// Nothing where the text is not what was asked for: cut off, no XML, or another document. The text
// may be an attacker's: no entity is expanded and no file is read.
std::optional<Page> read_page(std::string_view xml);
std::optional<Deletions> read_deletions(std::string_view xml);
// An error document, also one that stands in an answer of status 200.
std::optional<ServerError> read_error(std::string_view xml);

// True when XML can carry the key unchanged. Another one is deleted by a request of its own.
bool fits_xml(std::string_view key);
// The body of a DeleteObjects of at most 1,000 keys, which fit.
std::string write_deletion(const std::vector<std::string_view>& keys);

}  // namespace winnow::storage::s3

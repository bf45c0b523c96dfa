// Assigns the objects of a bucket to executions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/storage.h"

namespace winnow::storage::s3 {

// The prefix of all keys of one execution, and the progress of its deletion.
struct ExecutionPrefix {
  std::size_t place = 0;    // in the caller's list
  std::string prefix;       // `<root>.../executions/<id>/`
  bool listed = false;      // every key of it is known
  std::size_t pending = 0;  // listed keys whose deletion is not confirmed yet
};

// Executions of one flow, whose prefixes differ only in the last part, sorted by prefix.
struct PrefixGroup {
  std::string parent;  // `.../executions/`
  std::vector<ExecutionPrefix> executions;
};

// The prefixes that a tenant's keys may have. The first is Kestra's own, `<path>/<tenant>/`; the
// others are of older versions of its storage plugins, which wrote a `/` before the tenant, or
// before the namespace if there was no tenant.
std::vector<std::string> roots_of(const std::string& path,
                                  const std::optional<std::string>& tenant);

// Sorts executions by flow, at most `most` in each group.
std::vector<PrefixGroup> grouped(std::vector<ExecutionPrefix> executions, std::size_t most);

// A marker of a folder: an empty object whose key ends with `/`. It is deleted with the
// files and not counted as one.
inline bool is_marker(std::string_view key) {
  return key.ends_with('/');
}

}  // namespace winnow::storage::s3

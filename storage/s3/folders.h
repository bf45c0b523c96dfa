// Which objects of a bucket belong to which execution.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/storage.h"

namespace winnow::storage::s3 {

// One execution of a call, and how far it has come.
struct Task {
  std::size_t place = 0;    // in the caller's list
  std::string prefix;       // `<path>/<tenant>/.../executions/<id>/`: all of its keys begin with it
  bool listed = false;      // every key of it is known
  std::size_t pending = 0;  // keys that are listed and not answered for yet
};

// Executions of one flow, whose prefixes differ in the last part only, sorted by prefix.
struct Neighbours {
  std::string parent;  // `.../executions/`
  std::vector<Task> tasks;
};

// The path prefix of the storage and the tenant's: `<path>/<tenant>/`, or empty.
std::string root_of(const std::string& path, const std::optional<std::string>& tenant);

// Sorts the executions by flow, a part of at most `most` each. One whose path can't be written gets its failure in
// `answers` and is left out.
std::vector<Neighbours> neighbourhoods(std::span<const ExecutionFolder> folders,
                                       const std::string& path, std::size_t most,
                                       std::vector<Removed>& answers);

// A marker of a folder: an empty object whose key ends with `/`. It goes with the files and is none.
inline bool is_marker(std::string_view key) {
  return key.ends_with('/');
}

}  // namespace winnow::storage::s3

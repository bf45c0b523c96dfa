// The files of executions: where Kestra keeps what an execution's tasks wrote, and how to remove
// it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "document/instant.h"
#include "outcome/cancellation.h"
#include "outcome/failure.h"

namespace winnow::storage {

// Names the folder of one execution.
struct ExecutionFolder {
  std::optional<std::string> tenant;  // nothing: written before Kestra 0.23, no tenant segment
  std::string name_space;
  std::string flow;  // the flow's id, not yet its slug
  std::string execution;
};

// `company/team/my-flow/executions/<id>`, the path under the tenant's root: dots of the namespace
// become `/`, the flow id its slug. `storage` failure if a part can't be a path segment ("..", "/",
// NUL, empty).
Outcome<std::string> execution_path(const ExecutionFolder& folder);

// Kestra's slug of a flow id (io.kestra.core.utils.Slugify): white space to `-`, NFD, only word
// characters and `-`, `_` to `-`, runs of `-` to one, one `-` at each end trimmed, lower case.
std::string slug(std::string_view flow);

// The reverse: the execution of the folder at this path under the tenant's root. The flow is its
// slug. Nothing if that is ambiguous: a part that other files of Kestra use too (`_files`,
// `states`, `cache`, `executions` as a namespace, a flow or an id), or that is not valid text.
std::optional<ExecutionFolder> execution_of(std::string_view path);

using Deadline = std::chrono::steady_clock::time_point;
inline constexpr Deadline kNoDeadline = Deadline::max();

struct Removed {
  std::uint64_t files = 0;  // deleted files; folders and .metadata sidecars don't count
  // Names the file that stays; then the execution's rows must stay too.
  std::optional<Failure> failure = std::nullopt;
  bool unfinished = false;   // the time was over and files may remain: not a failure, ask again
  std::string trouble = {};  // unfinished: the last error that caused a retry
};

// Where to look for the folders of executions.
struct SearchArea {
  std::optional<std::string> tenant;
  std::string name_space = {};  // it and all below it; empty: every one
};

struct FoundFolder {
  ExecutionFolder folder;  // its flow is the slug
  std::uint64_t files = 0;
  document::Instant newest = {};  // last change inside it
  // This folder, or one on the path to others, can't be read. Then nothing else is known about it.
  std::optional<Failure> failure = std::nullopt;
};
using FolderHandler = std::function<Outcome<void>(FoundFolder)>;

// May be used from several threads at once.
class Storage {
 public:
  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  virtual ~Storage() = default;

  // Removes the files of each execution; the result has one entry per folder, in order. A folder
  // that does not exist has no files, which is not a failure. Ends early on cancellation: the rest
  // fail as `cancelled`. Returns by `until`, as far as the storage can be interrupted (a file
  // system: only between two executions); before that it finishes what it has begun, so that
  // `files` counts every deleted file.
  virtual std::vector<Removed> remove(std::span<const ExecutionFolder> folders,
                                      const Cancellation& cancellation, Deadline until) = 0;
  std::vector<Removed> remove(std::span<const ExecutionFolder> folders,
                              const Cancellation& cancellation) {
    return remove(folders, cancellation, kNoDeadline);
  }

  // Counts the files that remove() would remove, and removes none.
  virtual std::vector<Removed> count(std::span<const ExecutionFolder> folders,
                                     const Cancellation& cancellation) = 0;

  // Says, for a message, what is missing if the storage holds nothing of the tenant at all: "the
  // folder /app/storage holds no folder \"main\"". Empty: it holds something, or that can't be
  // known.
  virtual Outcome<std::string> missing(const std::optional<std::string>& /*tenant*/,
                                       const Cancellation& /*cancellation*/) {
    return std::string();
  }

  // Hands over the folder of every execution that has one there, whether the execution still exists
  // or not, and what it could not read on the way. No link is followed. Ends with the handler's
  // failure. `configuration` failure where the storage can't be searched.
  virtual Outcome<void> find(const SearchArea& /*area*/, const FolderHandler& /*handler*/,
                             const Cancellation& /*cancellation*/) {
    return fail(FailureKind::configuration,
                "the storage can't be searched for the folders of executions: configure one of "
                "type local, s3 or minio",
                "/storage/type");
  }
};

}  // namespace winnow::storage

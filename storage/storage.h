// Execution files: where Kestra keeps what the tasks of an execution wrote, and how they are removed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

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

// `company/team/my-flow/executions/<id>`, the path under the tenant's root: dots of the namespace become `/`, the
// flow id its slug. `storage` failure where a part can't be a path segment ("..", "/", NUL, empty).
Outcome<std::string> execution_path(const ExecutionFolder& folder);

// Kestra's slug of a flow id (io.kestra.core.utils.Slugify): white space to `-`, NFD, only word characters and `-`,
// `_` to `-`, runs of `-` to one, one `-` at each end trimmed, lower case.
std::string slug(std::string_view flow);

struct Removed {
  std::uint64_t files = 0;  // files that are gone; folders and .metadata sidecars don't count
  // Names the file that stays; then the execution's rows must stay too.
  std::optional<Failure> failure;
};

// May be used from several threads at once.
class Storage {
 public:
  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  virtual ~Storage() = default;

  // Removes the files of each execution; the answer has one entry a folder, in order. A folder that does not exist
  // has no files: that is no failure. Ends early on cancellation: the rest fail as `cancelled`.
  virtual std::vector<Removed> remove(std::span<const ExecutionFolder> folders,
                                      const Cancellation& cancellation) = 0;

  // Counts the files that remove() would remove, and removes none.
  virtual std::vector<Removed> count(std::span<const ExecutionFolder> folders,
                                     const Cancellation& cancellation) = 0;
};

}  // namespace winnow::storage

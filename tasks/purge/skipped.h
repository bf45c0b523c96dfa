// The selected rows that a purge does not delete, and why: locked by others, refused or kept by the
// database, or with files that the storage could not remove.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "outcome/failure.h"
#include "tasks/manifest.h"

namespace winnow::tasks {

struct SkippedRow {
  std::string key;
  std::string reason;
};

// Those of one pass over the selected rows: a later pass finds them again. Keeps the first ones and
// counts all, so that memory use stays flat. Thread-safe.
class SkippedRows {
 public:
  static constexpr std::size_t kNamed = 10;

  void begin_pass();
  void add(SkippedRow row);
  // The same for an execution whose files stay; the run fails with the first of these failures.
  void add(SkippedRow row, const Failure& storage_failure);

  // Adds others that stay with the previous one.
  void add_more(std::int64_t count);
  // Adds rows that stay because their family does: the first of them, and how many.
  void add_families(const std::vector<SkippedRow>& first, std::int64_t count);

  std::int64_t count() const;
  // Without those that stay because of their family: comparable to a count of the rows that may be
  // deleted.
  std::int64_t count_that_may_go() const;
  std::vector<SkippedRow> named() const;
  std::optional<Failure> storage_failure() const;
  std::int64_t with_files() const;

 private:
  void add_locked(SkippedRow row);

  mutable std::mutex mutex_;
  std::int64_t count_ = 0;
  std::vector<SkippedRow> named_;
  std::optional<Failure> storage_failure_;
  std::int64_t with_files_ = 0;
  std::int64_t of_families_ = 0;
};

// [{"key", "reason"}, ...] for a result.
Json described(const std::vector<SkippedRow>& rows);

}  // namespace winnow::tasks

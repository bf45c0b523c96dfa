// The selected rows that a purge leaves where they are, and why: locked by others, refused or kept
// by the database, or with files that the storage could not remove.
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

// Those of one pass over the selected rows: a later pass meets them again. Names the first ones and
// counts all, so that memory stays flat. Thread-safe.
class SkippedRows {
 public:
  static constexpr std::size_t kNamed = 10;

  void begin_pass();
  void add(SkippedRow row);
  // The same for an execution whose files stay; the run ends with the first of these failures.
  void add(SkippedRow row, const Failure& storage_failure);

  // Others that stay with the one that was added.
  void add_more(std::int64_t count);
  // Rows that stay for their family's sake: the first of them, and how many.
  void add_families(const std::vector<SkippedRow>& first, std::int64_t count);

  std::int64_t count() const;
  // But for those that stay for their family's sake: as many as a count of what may go has.
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

// [{"key", "reason"}, ...] as a result has them.
Json described(const std::vector<SkippedRow>& rows);

}  // namespace winnow::tasks

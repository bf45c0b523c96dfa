// Rows of one purge that a walk for several purges has found, in a temporary file until the purge
// takes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "tasks/purge/batch.h"
#include "tasks/shared/key_spool.h"

namespace winnow::tasks {

// Keeps for each row its key, its flow and whether it has a split value. Not thread-safe.
class FoundRows {
 public:
  // Adds rows of one value of `deleted`, in the order in which they will be taken. Fails like
  // KeySpool.
  Outcome<void> append(std::optional<bool> deleted, const std::vector<BatchRow>& rows);

  // The next rows of one value of `deleted`, at most `most`; empty: all were taken. Only after the
  // last append().
  Outcome<Batch> take(std::size_t most);

  // The number of all rows, taken or not.
  std::int64_t count() const { return count_; }

 private:
  // One spool per value of `deleted`.
  std::vector<std::pair<std::optional<bool>, KeySpool>> branches_;
  std::int64_t count_ = 0;
};

}  // namespace winnow::tasks

// Decides how many rows the next transaction of a purge takes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace winnow::tasks {

// Grows and shrinks towards a time, never above the task's batchSize. Thread-safe.
//
// The time is the requested one. By default it is the shortest that is still efficient: sixteen
// times as long as the fastest commit, 8 to 250 ms. A session that commits beside a batch waits
// until the server has written that batch's part of its log too, so Kestra's writers are fastest
// beside small batches (docs/measurements.md).
class BatchSizer {
 public:
  using Duration = std::chrono::steady_clock::duration;

  BatchSizer(std::int64_t most, std::optional<std::chrono::milliseconds> asked);
  std::int64_t size() const { return size_.load(); }
  std::int64_t most() const { return most_.load(); }
  // Notes the time of a batch of `rows`, and of its commit.
  void learn(std::int64_t rows, Duration took, Duration commit);
  // The server accepted no more than this at once: from now on no batch is larger.
  void limit(std::int64_t rows);

 private:
  Duration target() const;

  std::atomic<std::int64_t> most_;
  std::optional<Duration> asked_;
  std::atomic<Duration> quickest_commit_;
  std::atomic<std::int64_t> size_;
};

}  // namespace winnow::tasks

// How many rows the next transaction of a purge takes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace winnow::tasks {

// Grows and shrinks towards a target time, never above the task's batchSize. Thread-safe.
class BatchSizer {
 public:
  BatchSizer(std::int64_t most, std::chrono::milliseconds target);
  std::int64_t size() const { return size_.load(); }
  std::int64_t most() const { return most_.load(); }
  // What a batch of `rows` took.
  void learn(std::int64_t rows, std::chrono::steady_clock::duration took);
  // The server took no more than this at once: from now on none is larger.
  void limit(std::int64_t rows);

 private:
  std::atomic<std::int64_t> most_;
  std::chrono::milliseconds target_;
  std::atomic<std::int64_t> size_;
};

}  // namespace winnow::tasks

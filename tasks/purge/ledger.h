// What the workers of one purge share: the counts of what went, and how much goes at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tasks/purge/steps.h"
#include "tasks/shared/key_spool.h"

namespace winnow::tasks {

// Thread-safe.
class PurgeLedger {
 public:
  explicit PurgeLedger(Json counters) : counters_(std::move(counters)) {}

  void add(const std::string& counter, std::int64_t rows);
  // Counts of a transaction that may be committed or not: `inDoubt` of the counters.
  void doubt(const std::string& counter, std::int64_t rows);
  // Notes keys whose rows are gone, for the second look.
  Outcome<void> gone(const std::vector<BatchRow>& rows);
  // The next of them, at most `most`; none: all were handed out. Only once no more rows go.
  Outcome<std::vector<std::string>> next_gone(std::size_t most);
  // Keeps the first file that stays, and counts the executions that stay with their files.
  void kept(const Failure& failure);

  Json counters() const;
  std::optional<Failure> kept_failure() const;
  std::int64_t kept_executions() const;

 private:
  mutable std::mutex mutex_;
  Json counters_;
  KeySpool keys_;
  std::optional<Failure> kept_;
  std::int64_t kept_executions_ = 0;
};

// How many rows the next transaction takes: grows and shrinks towards a target time, never above
// the task's batchSize. Thread-safe.
class BatchSizer {
 public:
  BatchSizer(std::int64_t most, std::chrono::milliseconds target);
  std::int64_t size() const { return size_.load(); }
  // What a batch of `rows` took.
  void learn(std::int64_t rows, std::chrono::steady_clock::duration took);

 private:
  std::int64_t most_;
  std::chrono::milliseconds target_;
  std::atomic<std::int64_t> size_;
};

}  // namespace winnow::tasks

// Decides when the next batch of a run may begin: at the requested pace, and only while neither the
// operator nor the server gives a reason to wait.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "tasks/pace/monitor.h"
#include "tasks/pace/pace.h"
#include "tasks/pace/reason.h"
#include "tasks/task.h"

namespace winnow::tasks {

// Shared by the workers of a run. Thread-safe.
class Pacer {
 public:
  using Clock = std::chrono::steady_clock;

  // One connection's share of the time. Not thread-safe.
  struct Lane {
    Clock::time_point next{};
  };
  enum class Next { batch, budget_used };

  // Without a pace every batch may begin at once, unless the job is paused. The context outlives
  // the pacer.
  Pacer(std::optional<Pace> pace, Context& context);
  ~Pacer();
  Pacer(const Pacer&) = delete;
  Pacer& operator=(const Pacer&) = delete;

  // Begins to watch the server; once, before the first batch. Does nothing without a pace.
  void watch(Monitor::Watched watched);

  // Returns when a batch may begin, or when the budget is used up. Fails as cancelled. Call it
  // outside a transaction.
  Outcome<Next> await(Lane& lane);
  // Notes the time and the deleted rows of a batch: the lane, or all lanes, pause for it before
  // their next batch.
  void learn(Lane& lane, std::int64_t rows, Clock::duration took);
  // Whether a batch was held back because the budget is used up.
  bool ended() const;
  // The maximum size of a batch: the rows of one second.
  std::optional<std::int64_t> largest_batch() const;

  // For the result: {"waits": [{"reason", "times", "milliseconds", "worst", "limit", "of"}],
  // "budgetUsed": true}. Nothing if the run never waited and stayed within its budget.
  std::optional<document::Json> summary() const;

 private:
  struct Waits {
    std::int64_t times = 0;
    std::chrono::milliseconds took{0};
    Waiting worst;
  };

  Outcome<std::optional<Waiting>> reason();
  bool budget_used() const;
  void begin_wait(const Waiting& waiting);
  void end_wait();
  void leave_wait();  // with the mutex held
  void pause_until(Clock::time_point time) const;

  const std::optional<Pace> pace_;
  Context& context_;
  const Clock::time_point began_ = Clock::now();

  mutable std::mutex mutex_;
  Clock::time_point next_of_all_{};
  // The wait that all lanes are in.
  std::optional<Waiting> waiting_;
  Clock::time_point waiting_since_{};
  std::map<Reason, Waits> waits_;
  bool ended_ = false;
  std::unique_ptr<Monitor> monitor_;
};

}  // namespace winnow::tasks

// Which failures are worth a retry, and how long to wait before it: growing, jittered, within a
// budget that is reported.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>

#include "outcome/cancellation.h"
#include "outcome/failure.h"

namespace winnow::tasks {

// A conflict, a server that is down, a COMMIT without a reply: these may pass.
bool worth_another_try(const Failure& failure);
// Whether the connection has to be opened again after this failure.
bool connection_lost(const Failure& failure);

// How often, and for how long, an operation is retried.
struct RetryBudget {
  std::int32_t tries = std::numeric_limits<std::int32_t>::max();  // in all
  // The limit for the pauses plus what charge() adds.
  std::chrono::milliseconds time = std::chrono::milliseconds::max();
  // Pauses double from `first` up to `longest`.
  std::chrono::milliseconds first;
  std::chrono::milliseconds longest;
};

// For failures that pass quickly: a deadlock, a lock of another session.
inline constexpr RetryBudget kConflict{
    .tries = 12, .first = std::chrono::milliseconds(10), .longest = std::chrono::seconds(1)};
// For a server that is down: a failover takes 30 to 60 s.
inline constexpr RetryBudget kOutage{.time = std::chrono::seconds(60),
                                     .first = std::chrono::milliseconds(10),
                                     .longest = std::chrono::seconds(5)};

class Backoff {
 public:
  explicit Backoff(const RetryBudget& budget);

  // Waits before the next try. False if the budget is used up or the job was cancelled meanwhile.
  bool wait(const Cancellation& cancellation);

  // The pause before the next try, which is charged to the budget. Empty if the budget is used up.
  std::optional<std::chrono::milliseconds> next_pause();
  // Charges the duration of a try.
  void charge(std::chrono::milliseconds took) { spent_ += took; }

  // The failure to report once the budget is used up, or the wait was cancelled.
  Failure given_up(Failure failure, const Cancellation& cancellation) const;

  std::int32_t tried() const { return tried_; }

 private:
  RetryBudget budget_;
  std::int32_t tried_ = 0;
  std::chrono::milliseconds spent_{0};
  std::chrono::milliseconds next_;
  std::minstd_rand random_;
};

}  // namespace winnow::tasks

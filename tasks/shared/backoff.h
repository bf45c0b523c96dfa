// What is worth another try, and how long to wait before it: growing, jittered, within a budget
// that is reported.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>

#include "outcome/cancellation.h"
#include "outcome/failure.h"

namespace winnow::tasks {

// A conflict, a server that is away, a COMMIT without an answer: they may pass.
bool worth_another_try(const Failure& failure);
// Whether the connection that ended so has to be opened again.
bool connection_lost(const Failure& failure);

// How often, and for how long, something is tried again.
struct RetryBudget {
  std::int32_t tries = std::numeric_limits<std::int32_t>::max();  // in all
  // Of the pauses together with what charge() adds.
  std::chrono::milliseconds time = std::chrono::milliseconds::max();
  // Pauses grow from `first` by doubling, to `longest` at most.
  std::chrono::milliseconds first;
  std::chrono::milliseconds longest;
};

// What passes in moments: a deadlock, a lock that somebody holds.
inline constexpr RetryBudget kConflict{
    .tries = 12, .first = std::chrono::milliseconds(10), .longest = std::chrono::seconds(1)};
// A server that is away: a fail-over takes 30 to 60 s.
inline constexpr RetryBudget kOutage{.time = std::chrono::seconds(60),
                                     .first = std::chrono::milliseconds(10),
                                     .longest = std::chrono::seconds(5)};

class Backoff {
 public:
  explicit Backoff(const RetryBudget& budget);

  // Waits before the next try. False when the budget is used up or the job was cancelled meanwhile.
  bool wait(const Cancellation& cancellation);

  // The pause before the next try, which counts as waited for. Empty when the budget is used up.
  std::optional<std::chrono::milliseconds> next_pause();
  // A try itself took that long.
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

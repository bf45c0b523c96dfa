// What is worth another try, and how long to wait before it: growing, jittered, within a budget that
// is reported.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

#include "outcome/cancellation.h"
#include "outcome/failure.h"

namespace winnow::tasks {

// A conflict, a server that is away, a COMMIT without an answer: they may pass.
bool worth_another_try(const Failure& failure);
// Whether the connection that ended so has to be opened again.
bool connection_lost(const Failure& failure);

class Backoff {
 public:
  // `tries` in all; waits grow from `first` by doubling, to `longest` at most.
  Backoff(std::int32_t tries, std::chrono::milliseconds first, std::chrono::milliseconds longest);

  // Waits before the next try. False when the budget is used up or the job was cancelled meanwhile.
  bool wait(const Cancellation& cancellation);

  // What a budget that is used up, or a cancelled pause, ends as.
  Failure given_up(Failure failure, const Cancellation& cancellation) const;

  std::int32_t tried() const { return tried_; }

 private:
  std::int32_t tries_;
  std::int32_t tried_ = 0;
  std::chrono::milliseconds next_;
  std::chrono::milliseconds longest_;
  std::minstd_rand random_;
};

}  // namespace winnow::tasks

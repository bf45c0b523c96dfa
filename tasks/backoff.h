// How long to wait before something is tried again: growing, jittered, within a budget that is
// reported.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

#include "outcome/cancellation.h"

namespace winnow::tasks {

class Backoff {
 public:
  // `tries` in all; waits grow from `first` by doubling, to `longest` at most.
  Backoff(std::int32_t tries, std::chrono::milliseconds first, std::chrono::milliseconds longest);

  // Waits before the next try. False when the budget is used up or the job was cancelled meanwhile.
  bool wait(const Cancellation& cancellation);

  std::int32_t tried() const { return tried_; }

 private:
  std::int32_t tries_;
  std::int32_t tried_ = 0;
  std::chrono::milliseconds next_;
  std::chrono::milliseconds longest_;
  std::minstd_rand random_;
};

}  // namespace winnow::tasks

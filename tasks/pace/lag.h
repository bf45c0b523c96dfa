// The lag of a replica: the age of the oldest change on the primary that it lacks. This is correct
// even for a replica that has stopped.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "database/statement.h"

namespace winnow::tasks {

// Remembers when the primary was at which position. Not thread-safe.
class LagTracker {
 public:
  using Clock = std::chrono::steady_clock;

  // The primary is at `position` now. An empty position, or the last one again, is ignored.
  void note(const std::string& position, Clock::time_point now);
  // The positions to look up on replicas, oldest first; few, however far a replica lags.
  database::TextList positions() const;
  // How long ago the primary wrote the first of positions() that a replica lacks which has applied
  // `applied` of them. Zero: it lacks none.
  std::chrono::milliseconds behind(std::int64_t applied, Clock::time_point now) const;
  // Drops the first `applied` positions, which every replica has applied.
  void forget(std::int64_t applied);

 private:
  struct Seen {
    std::string position;
    Clock::time_point at;
  };
  std::vector<Seen> seen_;
};

}  // namespace winnow::tasks

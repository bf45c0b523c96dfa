// How far a replica is behind, measured by what the primary had written and when: right also for a replica that stands still.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "database/statement.h"

namespace winnow::tasks {

// Keeps when the primary was seen at which position. Not thread-safe.
class LagTracker {
 public:
  using Clock = std::chrono::steady_clock;

  // The primary is at `position` now. A position that is the last one already, or empty, is not noted.
  void note(const std::string& position, Clock::time_point now);
  // Those to ask replicas about, oldest first; few, however long one is behind.
  database::TextList positions() const;
  // How long ago the primary had written what a replica lacks that has applied so many of positions(). Zero: it has all.
  std::chrono::milliseconds behind(std::int64_t applied, Clock::time_point now) const;
  // Every replica has applied so many: nobody needs to be asked about them again.
  void forget(std::int64_t applied);

 private:
  struct Seen {
    std::string position;
    Clock::time_point at;
  };
  std::vector<Seen> seen_;
};

}  // namespace winnow::tasks

// Waits for locks, reported to the host while they last.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "database/connection.h"
#include "tasks/task.h"

namespace winnow::tasks {

// A line of the log, and {"event": "waiting", "for": "a lock on ...", "waitedMs": ...}.
void report(Host& host, const database::LockWait& wait);

// The same, for a connection's settings; the host has to outlive it.
database::OnLockWait reporter_of(Host& host);

// Connects as the context says; waits for locks of the connection's statements are reported to the
// context's host, which has to outlive it.
Outcome<std::unique_ptr<database::Connection>> connect(const Context& context);
Outcome<std::unique_ptr<database::Connection>> connect(const Context& context,
                                                       database::Target target);

// A wait that lasts over several tries. Thread-safe.
class LongWait {
 public:
  // The next wait is another one.
  void end();
  // One more try was in vain. How long the wait has lasted, where it is to be reported now.
  std::optional<std::chrono::milliseconds> note();
  // Since the first try; nothing where none was in vain.
  std::optional<std::chrono::milliseconds> lasted() const;

 private:
  using Clock = std::chrono::steady_clock;
  std::optional<std::chrono::milliseconds> lasted(Clock::time_point now) const;

  mutable std::mutex mutex_;
  std::optional<Clock::time_point> began_;
  Clock::time_point report_;
};

}  // namespace winnow::tasks

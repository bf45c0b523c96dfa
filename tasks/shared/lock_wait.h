// Reports waits for locks to the host while they last.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "database/connection.h"
#include "tasks/task.h"

namespace winnow::tasks {

// As a log line, and as {"event": "waiting", "for": "a lock on ...", "waitedMs": ...}.
void report(Host& host, const database::LockWait& wait);

// The same, for a connection's settings; the host must outlive it.
database::OnLockWait reporter_of(Host& host);

// Connects with the context's settings; the connection reports its waits for locks to the context's
// host, which must outlive it.
Outcome<std::unique_ptr<database::Connection>> connect(const Context& context);
Outcome<std::unique_ptr<database::Connection>> connect(const Context& context,
                                                       database::Target target);

// A wait over several tries. Thread-safe.
class LongWait {
 public:
  // Ends the wait.
  void end();
  // Another try failed. Returns how long the wait has lasted if it should be reported now.
  std::optional<std::chrono::milliseconds> note();
  // The time since the first failed try; nothing if none failed.
  std::optional<std::chrono::milliseconds> lasted() const;

 private:
  using Clock = std::chrono::steady_clock;
  std::optional<std::chrono::milliseconds> lasted(Clock::time_point now) const;

  mutable std::mutex mutex_;
  std::optional<Clock::time_point> began_;
  Clock::time_point report_;
};

}  // namespace winnow::tasks

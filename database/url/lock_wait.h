// What a connection reports while one of its statements waits for a lock.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace winnow::database {

struct LockWait {
  std::chrono::milliseconds waited;
  // `a lock on table "executions", which session 4711 (psql) holds`.
  std::string what;
};

// Called on the thread that uses the connection, in the middle of its call: it must not use the
// connection.
using OnLockWait = std::function<void(const LockWait&)>;

// A wait is reported once it is noticed, and not too often from then on.
inline constexpr std::chrono::milliseconds kFirstLockReport{1'000};
inline constexpr std::chrono::milliseconds kBetweenLockReports{5'000};

}  // namespace winnow::database

// The report of a connection while one of its statements waits for a lock.
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

// Called on the thread that uses the connection, during its call: it must not use the connection.
using OnLockWait = std::function<void(const LockWait&)>;

// A wait is reported when it is noticed, and then not too often.
inline constexpr std::chrono::milliseconds kFirstLockReport{1'000};
inline constexpr std::chrono::milliseconds kBetweenLockReports{5'000};

}  // namespace winnow::database

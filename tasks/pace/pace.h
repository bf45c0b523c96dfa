// What a purge gives way to: how much of the time it works, when, for how long, and whose troubles stop it for a while.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "database/url/settings.h"
#include "document/yaml.h"
#include "tasks/pace/window.h"

namespace winnow::tasks {

// Limits of the server's own health. Where one is exceeded, the purge waits until it no longer is. Nothing: not looked at.
struct HealthLimits {
  std::optional<std::int64_t> lock_waiters = 0;  // sessions that wait for this purge's locks
  bool autovacuum = true;  // PostgreSQL: while it works on a table of the purge
  std::optional<std::int64_t> wal_per_second = {};  // PostgreSQL: bytes that the server writes
  std::optional<std::int64_t> history_length =
      1'000'000;  // MySQL: undo records that wait for their removal
  std::optional<std::int64_t> threads_running = {};  // MySQL: threads that are not idle
  std::optional<std::int64_t> flow_control_queue =
      25'000;  // MySQL group: transactions in a member's queue
};

struct Pace {
  std::optional<double> work_share = {};  // of each connection's time, over 0 and at most 1
  std::optional<std::int64_t> rows_per_second =
      {};                            // that go, of all connections together, at least 1
  std::vector<Window> windows = {};  // the purge works while all of them are open
  std::optional<std::chrono::milliseconds> budget = {};  // of the run, waits included
  std::optional<std::chrono::milliseconds> max_lag =
      {};  // how far a replica may be behind; see kMaxLag
  // The operator's alone.
  HealthLimits health = {};
  std::vector<database::Settings> replicas = {};
  std::string stop_file = {};  // while it exists, the purge waits; empty: none
};

constexpr std::chrono::milliseconds kMaxLag{10'000};

// `workShare`, `rowsPerSecond`, `window`, `budget` and `maxLag` of a configuration's `pace` or of a task's parameter of that
// name, whose form has been checked; other members are passed over. A failure is invalid_parameter with the member's
// place below `pointer`.
Outcome<Pace> read_pace(const document::Json& object, const std::string& pointer);

// The configuration's pace (nothing: it has none), narrowed by a task's parameter. A member that would let the task do more
// than the configuration says is refused as denied, with its place below `pointer`; so is a window that is never open
// together with the configuration's.
Outcome<Pace> narrowed(const std::optional<Pace>& allowed, const document::Json& parameter,
                       const std::string& pointer, document::Instant now);

}  // namespace winnow::tasks

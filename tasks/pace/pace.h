// The pace of a run that deletes: how much of the time it works, when, for how long, and which
// figures of the server stop it for a while.
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

// Limits of the server's own health. While one is exceeded, the run waits. Nothing: not read.
struct HealthLimits {
  // Sessions that wait for this run's locks.
  std::optional<std::int64_t> lock_waiters = 0;
  // PostgreSQL: wait while autovacuum works on a table of the run.
  bool autovacuum = true;
  // PostgreSQL: bytes of WAL that the server writes.
  std::optional<std::int64_t> wal_per_second = {};
  // MySQL: undo records that are not purged yet.
  std::optional<std::int64_t> history_length = 1'000'000;
  // MySQL: threads that are not idle.
  std::optional<std::int64_t> threads_running = {};
  // MySQL group replication: transactions in a member's queue.
  std::optional<std::int64_t> flow_control_queue = 25'000;
};

struct Pace {
  // Of each connection's time, over 0 and at most 1.
  std::optional<double> work_share = {};
  // Deleted rows of all tables and all connections together, at least 1.
  std::optional<std::int64_t> rows_per_second = {};
  // The run works while all of them are open.
  std::vector<Window> windows = {};
  // Of the run, waits included.
  std::optional<std::chrono::milliseconds> budget = {};
  // How far a replica may be behind; nothing: kMaxLag.
  std::optional<std::chrono::milliseconds> max_lag = {};
  // The rest is the operator's alone.
  HealthLimits health = {};
  std::vector<database::Settings> replicas = {};
  // The run waits while this file exists. Empty: none.
  std::string stop_file = {};
};

constexpr std::chrono::milliseconds kMaxLag{10'000};

// Reads `workShare`, `rowsPerSecond`, `window`, `budget` and `maxLag`, of a configuration's `pace`
// or of a task's parameter of that name. Their form has been checked; other members are not read.
// Fails as invalid_parameter with the member's place below `pointer`.
Outcome<Pace> read_pace(const document::Json& object, const std::string& pointer);

// The configuration's pace, narrowed by what a task asks for. Fails as denied, with the member's
// place below `pointer`, where a member would let the task do more than the configuration allows,
// or where the two windows are never open together.
Outcome<Pace> narrowed(const std::optional<Pace>& allowed, const Pace& wanted,
                       const std::string& pointer, document::Instant now);

// A task's parameter `pace`, of all its parameters; nothing: it is not given. Fails as read_pace().
Outcome<std::optional<Pace>> wanted_pace(const document::Json& parameters);

// The pace of a run that begins now: narrowed() where a task's parameter `pace` asks for one.
Outcome<std::optional<Pace>> pace_of_run(const std::optional<Pace>& allowed,
                                         const std::optional<Pace>& wanted);

}  // namespace winnow::tasks

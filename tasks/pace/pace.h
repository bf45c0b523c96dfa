// The pace of a run that deletes: the share of the time that it works, when, for how long, and
// which figures of the server pause it.
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

// Limits for the server's health. While one is exceeded, the run waits. Nothing: not read.
struct HealthLimits {
  // Sessions that wait for this run's locks.
  std::optional<std::int64_t> lock_waiters = 0;
  // PostgreSQL: wait while autovacuum works on a table of the run.
  bool autovacuum = true;
  // PostgreSQL: bytes of WAL that the server writes.
  std::optional<std::int64_t> wal_per_second = {};
  // MySQL: undo records not yet purged.
  std::optional<std::int64_t> history_length = 1'000'000;
  // MySQL: threads that are not idle.
  std::optional<std::int64_t> threads_running = {};
  // MySQL group replication: transactions in a member's queue.
  std::optional<std::int64_t> flow_control_queue = 25'000;
};

struct Pace {
  // The share of each connection's time, above 0 and at most 1.
  std::optional<double> work_share = {};
  // Deleted rows of all tables and all connections together, at least 1.
  std::optional<std::int64_t> rows_per_second = {};
  // The run works while all of them are open.
  std::vector<Window> windows = {};
  // The duration of the run, waits included.
  std::optional<std::chrono::milliseconds> budget = {};
  // The maximum lag of a replica; nothing: kMaxLag.
  std::optional<std::chrono::milliseconds> max_lag = {};
  // Only the operator sets the rest.
  HealthLimits health = {};
  std::vector<database::Settings> replicas = {};
  // The run waits while this file exists. Empty: none.
  std::string stop_file = {};
};

constexpr std::chrono::milliseconds kMaxLag{10'000};

// Reads `workShare`, `rowsPerSecond`, `window`, `budget` and `maxLag` from a configuration's `pace`
// or a task's parameter of that name. Their form has been checked; other members are ignored. Fails
// as invalid_parameter with the member's place below `pointer`.
Outcome<Pace> read_pace(const document::Json& object, const std::string& pointer);

// The configuration's pace, restricted by a task's own. Fails as denied, with the member's place
// below `pointer`, if a member would allow the task more than the configuration does, or if the two
// windows are never open together.
Outcome<Pace> narrowed(const std::optional<Pace>& allowed, const Pace& wanted,
                       const std::string& pointer, document::Instant now);

// The parameter `pace` among a task's parameters; nothing: it is not given. Fails like read_pace().
Outcome<std::optional<Pace>> wanted_pace(const document::Json& parameters);

// The pace of a run that begins now: narrowed() if the task has a parameter `pace`.
Outcome<std::optional<Pace>> pace_of_run(const std::optional<Pace>& allowed,
                                         const std::optional<Pace>& wanted);

}  // namespace winnow::tasks

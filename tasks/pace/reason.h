// Why a purge waits, with the figure that says so.
#pragma once

#include <cstdint>
#include <string>

#include "document/yaml.h"

namespace winnow::tasks {

// The numbers are the ABI's (winnow_waiting).
enum class Reason : std::int32_t {
  none = 0,
  paused = 1,           // by the host
  stop_file = 2,        // it exists
  window = 3,           // it is closed
  replica_lag = 4,      // milliseconds
  lock_waiters = 5,     // sessions
  autovacuum = 6,       // 1: it works on a table
  wal_rate = 7,         // bytes a second
  history_length = 8,   // undo records
  threads_running = 9,  // threads
  flow_control = 10     // transactions
};

// `replicaLag` and so on: the name in events and results.
const char* name_of(Reason reason);

struct Waiting {
  Reason reason = Reason::none;
  std::int64_t figure = 0;  // in the unit of its reason
  std::int64_t limit = 0;   // what it exceeds
  std::string of = {};      // the replica, table, file or window

  // {"reason", "figure", "limit", "of"}: without what says nothing.
  document::Json json() const;
  // `replica db3 is 14.2 s behind, at most 10 s are allowed`.
  std::string sentence() const;
};

}  // namespace winnow::tasks

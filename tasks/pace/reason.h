// Why a purge waits, with the figure that caused it.
#pragma once

#include <cstdint>
#include <string>

#include "document/yaml.h"

namespace winnow::tasks {

// With the unit of the figure; those before replica_lag have none.
enum class Reason {
  none,
  host,             // it paused the job
  stop_file,        // it exists
  window,           // it is closed
  autovacuum,       // it works on a table
  replica_lag,      // milliseconds
  lock_waiters,     // sessions
  wal_rate,         // bytes per second
  history_length,   // undo records
  threads_running,  // threads
  flow_control      // transactions
};

// `replicaLag` and so on: the name in events and results.
const char* name_of(Reason reason);

struct Waiting {
  Reason reason = Reason::none;
  std::int64_t figure = 0;  // in the unit of its reason
  std::int64_t limit = 0;   // which it exceeds
  std::string of = {};      // the replica, table, file or window

  // {"reason", "figure", "limit", "of"}, without empty members.
  document::Json json() const;
  // `replica db3 is 14.2 s behind, at most 10 s are allowed`.
  std::string sentence() const;
};

}  // namespace winnow::tasks

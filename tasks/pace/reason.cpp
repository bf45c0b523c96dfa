#include "tasks/pace/reason.h"

#include <array>
#include <cstddef>

#include "document/duration.h"

namespace winnow::tasks {

namespace {

// In the order of Reason.
constexpr std::array kNames{"none",          "host",           "stopFile",    "window",
                            "autovacuum",    "replicaLag",     "lockWaiters", "walRate",
                            "historyLength", "threadsRunning", "flowControl"};
static_assert(kNames.size() == static_cast<std::size_t>(Reason::flow_control) + 1);

}  // namespace

const char* name_of(Reason reason) {
  return kNames[static_cast<std::size_t>(reason)];
}

document::Json Waiting::json() const {
  document::Json json{{"reason", name_of(reason)}};
  if (reason >= Reason::replica_lag) {
    json["figure"] = figure;
    json["limit"] = limit;
  }
  if (!of.empty()) json["of"] = of;
  return json;
}

std::string Waiting::sentence() const {
  using std::chrono::milliseconds;
  const auto more_than = ", more than " + std::to_string(limit);
  switch (reason) {
    case Reason::none:
      return "nothing";
    case Reason::host:
      return "the host paused it";
    case Reason::stop_file:
      return "the file " + of + " exists";
    case Reason::window:
      return "the window " + of + " is closed";
    case Reason::replica_lag:
      return "replica " + of + " is " + document::in_seconds(milliseconds(figure)) +
             " behind, more than " + document::in_seconds(milliseconds(limit));
    case Reason::lock_waiters:
      return std::to_string(figure) + " sessions wait for its locks" + more_than;
    case Reason::autovacuum:
      return "autovacuum works on table " + of;
    case Reason::wal_rate:
      return "the server writes " + std::to_string(figure) + " bytes of WAL per second" + more_than;
    case Reason::history_length:
      return std::to_string(figure) + " undo records wait for their removal" + more_than;
    case Reason::threads_running:
      return std::to_string(figure) + " threads of the server are running" + more_than;
    case Reason::flow_control:
      return std::to_string(figure) + " transactions wait in a member of the group" + more_than;
  }
  return {};
}

}  // namespace winnow::tasks

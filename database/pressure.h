// The current load of a server, to which a purge gives way. Read-only, and cheap enough for every
// second.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "database/statement.h"

namespace winnow::database {

// Nothing for figures that the server does not show to this user.
struct Pressure {
  // Other sessions that wait for a lock held by one of winnow's sessions.
  std::optional<std::int64_t> lock_waiters = {};
  // PostgreSQL: those of the given tables that a VACUUM or ANALYZE is working on, manual or
  // automatic.
  std::vector<std::string> vacuumed = {};
  // PostgreSQL: bytes of WAL since the cluster was made.
  std::optional<std::int64_t> wal_bytes = {};
  // MySQL.
  std::optional<std::int64_t> history_length = {};
  std::optional<std::int64_t> threads_running = {};
  // MySQL group: the most transactions that wait in a member's queue to be applied.
  std::optional<std::int64_t> flow_control_queue = {};

  // How far the server has written, in its own notation; a later position includes everything of
  // earlier ones. Empty: it can't tell (MySQL without GTIDs).
  std::string position = {};
  // The replicas that the server knows, and how many of the given positions each has applied.
  struct Replica {
    std::string name;
    std::int64_t applied = 0;
  };
  std::vector<Replica> replicas = {};
};

struct PressureQuestion {
  // Tables of the purge, by schema and name.
  TextList schemas = {};
  TextList tables = {};
  // Positions that pressure() reported before, oldest first.
  TextList positions = {};
};

}  // namespace winnow::database

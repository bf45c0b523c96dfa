// How hard a server has it at this moment: what a purge gives way to. Read-only, and cheap enough
// to be asked every second.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "database/statement.h"

namespace winnow::database {

// Nothing where the server does not tell this user.
struct Pressure {
  // Sessions of others that wait for a lock which a session of winnow's holds.
  std::optional<std::int64_t> lock_waiters = {};
  // PostgreSQL: of the tables asked about, those that a VACUUM or ANALYZE works on, whoever began
  // it.
  std::vector<std::string> vacuumed = {};
  // PostgreSQL: bytes of WAL since the cluster was made.
  std::optional<std::int64_t> wal_bytes = {};
  // MySQL.
  std::optional<std::int64_t> history_length = {};
  std::optional<std::int64_t> threads_running = {};
  // MySQL group: the most transactions that wait in a member's queue to be applied.
  std::optional<std::int64_t> flow_control_queue = {};

  // Up to where the server has written, in its own words; later positions hold all that earlier
  // ones hold. Empty: it can't tell (MySQL without GTIDs).
  std::string position = {};
  // The replicas that the server knows itself, and how many of the positions that were asked about
  // each has applied.
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
  // Positions that pressure() told before, oldest first.
  TextList positions = {};
};

}  // namespace winnow::database

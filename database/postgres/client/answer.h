// The server's reply to one statement of a pipeline.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "database/connection.h"
#include "database/postgres/client/session.h"

namespace winnow::database {

struct PostgresAnswer {
  std::string tag;           // "DELETE 3", "COMMIT"
  std::int64_t changed = 0;  // rows
  std::optional<Failure> failure;
  bool skipped = false;  // not run, because an earlier statement of the group failed
  bool lost = false;     // the connection is lost or unusable
};

// Reads one statement's results completely; rows go to the handler, if there is one, until it
// stops.
PostgresAnswer read_answer(PostgresSession& session, const RowHandler* handler);

// Reads the end of a group. False: the connection is unusable.
bool read_group_end(PostgresSession& session);

}  // namespace winnow::database

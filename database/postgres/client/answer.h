// What the server says to one statement of a pipeline.
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
  bool lost = false;     // the connection is gone, or of no more use
};

// Reads one statement's results to their end; rows go to the handler, when there is one, until it
// wants no more.
PostgresAnswer read_answer(PostgresSession& session, const RowHandler* handler);

// Reads the end of a group. False: the connection is of no more use.
bool read_group_end(PostgresSession& session);

}  // namespace winnow::database

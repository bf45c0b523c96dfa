// Reads the answer to a statement that was sent by the text protocol.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "database/connection.h"
#include "database/mysql/client/session.h"

namespace winnow::database {

// To its end; rows go to the handler, when there is one, until it wants no more. Returns the rows
// that were changed.
Outcome<std::int64_t> read_mysql_answer(MysqlSession& session, const RowHandler* handler);

// The same for several statements that were sent as one text: the rows of each result go to its own
// handler.
Outcome<std::int64_t> read_mysql_answers(MysqlSession& session,
                                         std::span<const RowHandler> handlers);

// Asks, and gives the first column of the first row that has a text there; empty where none has.
Outcome<std::string> mysql_first_cell(MysqlSession& session, const std::string& sql);

}  // namespace winnow::database

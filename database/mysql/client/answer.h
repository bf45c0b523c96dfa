// Reads the result of a statement that was sent by the text protocol.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "database/connection.h"
#include "database/mysql/client/session.h"

namespace winnow::database {

// Reads it completely; rows go to the handler, if there is one, until it stops. Returns the number
// of changed rows.
Outcome<std::int64_t> read_mysql_answer(MysqlSession& session, const RowHandler* handler);

// The same for several statements that were sent as one text, with a handler for each result.
Outcome<std::int64_t> read_mysql_answers(MysqlSession& session,
                                         std::span<const RowHandler> handlers);

// Asks, and gives the first column of the first row that has a text there; empty where none has.
Outcome<std::string> mysql_first_cell(MysqlSession& session, const std::string& sql);

}  // namespace winnow::database

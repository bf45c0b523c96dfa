// A statement with its values in its text. For vtgate: it binds no values in an EXPLAIN, and for a
// prepared statement of a merged result it announces other columns than it returns. It removes the
// values from each text itself before it plans it. Also for several EXPLAINs in one round trip,
// because a prepared statement is sent alone.
#pragma once

#include <string>

#include "database/mysql/client/session.h"
#include "database/statement.h"
#include "outcome/failure.h"

namespace winnow::database {

// The connector escapes the values for the session's character set and sql_mode, so the session
// must be set up.
Outcome<std::string> written_out(const MysqlSession& session, const Statement& statement);

}  // namespace winnow::database

// A statement with its values in its text. For vtgate: in an EXPLAIN it binds none, and of a merged
// result it tells other columns when it prepares than when it runs. It takes the values out of each
// text itself before it plans it. And for several EXPLAINs in one round trip: what is prepared
// travels alone.
#pragma once

#include <string>

#include "database/mysql/client/session.h"
#include "database/statement.h"
#include "outcome/failure.h"

namespace winnow::database {

// The values are escaped by the connector, in the session's character set and by its sql_mode: the
// session is set up.
Outcome<std::string> written_out(const MysqlSession& session, const Statement& statement);

}  // namespace winnow::database

// Named locks of a session on the server: MySQL's GET_LOCK. They apply to the whole server, so
// their names contain the database.
#pragma once

#include <string>

#include "database/connection.h"

namespace winnow::database {

// Like the functions of Connection.
Outcome<SessionLock> take_mysql_lock(Connection& connection, const std::string& name);
Outcome<bool> has_mysql_lock(Connection& connection, const std::string& name);
Outcome<void> release_mysql_lock(Connection& connection, const std::string& name);

}  // namespace winnow::database

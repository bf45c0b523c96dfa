// Locks of the server that a session has by name: MySQL's GET_LOCK. They are of the whole server,
// so that their names hold the database.
#pragma once

#include <string>

#include "database/connection.h"

namespace winnow::database {

// As the functions of Connection.
Outcome<SessionLock> take_mysql_lock(Connection& connection, const std::string& name);
Outcome<bool> has_mysql_lock(Connection& connection, const std::string& name);
Outcome<void> release_mysql_lock(Connection& connection, const std::string& name);

}  // namespace winnow::database

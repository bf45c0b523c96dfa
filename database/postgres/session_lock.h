// Locks of the server that a session has by name: PostgreSQL's advisory locks of two numbers, which
// bigint locks of others (Flyway's, Kestra's) never meet. They are of one database.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "database/connection.h"

namespace winnow::database {

// Connects once more, to where the connection leads.
using ConnectAgain = std::function<Outcome<std::unique_ptr<Connection>>()>;

// As Connection::take_lock(). `backend` is the process that answered at log-in: another one behind
// it means a pooler, which is then asked for a second connection, to see whether it gives clients
// sessions of their own.
Outcome<SessionLock> take_postgres_lock(Connection& connection, const std::string& name,
                                        int backend, const ConnectAgain& connect_again);
// As the functions of Connection.
Outcome<bool> has_postgres_lock(Connection& connection, const std::string& name);
Outcome<void> release_postgres_lock(Connection& connection, const std::string& name);

}  // namespace winnow::database

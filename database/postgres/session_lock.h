// Named locks of a session on the server: PostgreSQL's advisory locks with two numbers, which never
// collide with bigint locks of others (Flyway's, Kestra's). They apply to one database.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "database/connection.h"

namespace winnow::database {

// Opens another connection to the same place.
using ConnectAgain = std::function<Outcome<std::unique_ptr<Connection>>()>;

// Like Connection::take_lock(). `backend` is the server process that answered at log-in: if another
// one answers now, there is a pooler, and a second connection shows whether it gives clients
// sessions of their own.
Outcome<SessionLock> take_postgres_lock(Connection& connection, const std::string& name,
                                        int backend, const ConnectAgain& connect_again);
// Like the functions of Connection.
Outcome<bool> has_postgres_lock(Connection& connection, const std::string& name);
Outcome<void> release_postgres_lock(Connection& connection, const std::string& name);

}  // namespace winnow::database

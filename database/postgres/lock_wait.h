// What another session of PostgreSQL waits for.
#pragma once

#include "database/statement.h"

namespace winnow::database {

// One row of one text, in the form of LockWait::what, where the session with this number waits for
// a lock, or for a standby with its COMMIT; no row where it does not. A pooler's number is
// nobody's, or somebody's of another role.
Statement postgres_lock_wait_statement(int backend);

}  // namespace winnow::database

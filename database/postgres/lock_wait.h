// Finds out what another session of PostgreSQL waits for.
#pragma once

#include "database/statement.h"

namespace winnow::database {

// Returns one text, in the form of LockWait::what, if the session with this number waits for a
// lock, or waits with its COMMIT for a standby; otherwise no row. A number from a pooler belongs to
// no session, or to one of another role.
Statement postgres_lock_wait_statement(int backend);

}  // namespace winnow::database

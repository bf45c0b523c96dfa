// `exclusive` over vtgate. GET_LOCK goes to one shard, always the same one, over a connection that
// vtgate keeps for the session; a lock function stands alone in its statement, and takes a name
// that is written out.
#pragma once

#include <string>

#include "database/connection.h"

namespace winnow::database {

// `session`: the number of that connection at the shard's MySQL. While it has the lock it is the
// session's own, and a connection that is lost takes the lock with it.
Outcome<SessionLock> take_vitess_lock(Connection& connection, const std::string& name);
// That number; empty: nobody has the lock.
Outcome<std::string> holder_of_vitess_lock(Connection& connection, const std::string& name);
Outcome<void> release_vitess_lock(Connection& connection, const std::string& name);

}  // namespace winnow::database

// Where a connection leads according to the server, and whether that is the intended place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "database/url/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

struct Identity {
  std::string database;
  // PostgreSQL: the existing schemas of the search path, in order. MySQL: the database.
  std::vector<std::string> schemas;
  // The same for all servers that hold the same data, so that a pooler, a proxy or a failover makes
  // no difference. PostgreSQL: the cluster's system identifier, which its replicas share. MySQL:
  // the name of its replication group, the state UUID of its Galera cluster, or else its
  // server_uuid. Empty if the server does not tell this user.
  std::string server;
};

// A configuration failure that names what differs and points at `/database/expect/...`.
Outcome<void> check_identity(const Expectation& expected, const Identity& found);

}  // namespace winnow::database

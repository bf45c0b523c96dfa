// A datasource as a connection pool on the JVM is configured (HikariCP's keys, which Kestra's
// `datasources.*` has), read as the pool and its JDBC driver read it.
#pragma once

#include <string>

#include "database/url/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

struct Datasource {
  std::string url;
  std::string username = {};
  std::string password = {};
  // PostgreSQL: the search path is this schema alone. MySQL has no schema beside its databases.
  std::string schema = {};
  std::string catalog = {};    // MySQL: the database, whatever the URL says. PostgreSQL: nothing
  std::string init_sql = {};   // run last in each new connection
  Properties properties = {};  // options that count where the URL does not name them
};

// The settings that lead where the pool's own connections lead. What stands in the URL comes before
// `username`, `password` and `properties`, then the pool sets `catalog` and `schema`, and at last
// runs `init_sql`. A configuration failure points at the key: `/url`, `/schema`,
// `/connection-init-sql`, `/properties`.
Outcome<Settings> read_datasource(const Datasource& datasource);

}  // namespace winnow::database

// A datasource as configured for a JVM connection pool (with HikariCP's keys, as in Kestra's
// `datasources.*`), read as the pool and its JDBC driver read it.
#pragma once

#include <string>

#include "database/url/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

struct Datasource {
  std::string url;
  std::string username = {};
  std::string password = {};
  // PostgreSQL: the search path is only this schema. MySQL has no schemas besides its databases.
  std::string schema = {};
  std::string catalog = {};    // MySQL: the database, whatever the URL says. PostgreSQL: nothing
  std::string init_sql = {};   // run last in each new connection
  Properties properties = {};  // options, unless the URL names them
};

// The settings that connect to the same place as the pool. The URL takes precedence over
// `username`, `password` and `properties`; then the pool sets `catalog` and `schema`, and finally
// runs `init_sql`. A configuration failure points at the key: `/url`, `/schema`,
// `/connection-init-sql`, `/properties`.
Outcome<Settings> read_datasource(const Datasource& datasource);

}  // namespace winnow::database

// Leads a URL's engine to its driver.
#include "database/connection.h"
#ifdef WINNOW_HAS_MYSQL
#include "database/mysql/mysql_connection.h"
#endif
#include "database/postgres/postgres_connection.h"
#include "database/sqlite/sqlite_connection.h"

namespace winnow::database {

Outcome<std::unique_ptr<Connection>> connect(const Settings& settings,
                                             const Cancellation& cancellation) {
  switch (settings.engine) {
    case Engine::postgresql:
      return connect_postgres(settings, cancellation);
    case Engine::sqlite:
      return connect_sqlite(settings, cancellation);
    case Engine::mysql:
      break;
  }
#ifdef WINNOW_HAS_MYSQL
  return connect_mysql(settings, cancellation);
#else
  return fail(FailureKind::configuration, "this build has no MySQL driver");
#endif
}

}  // namespace winnow::database

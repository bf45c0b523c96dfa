// Leads a URL's engine to its driver.
#include "database/connection.h"
#include "database/mysql/connection.h"
#include "database/postgres/connection.h"
#include "database/sqlite/connection.h"

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
  return connect_mysql(settings, cancellation);
}

}  // namespace winnow::database

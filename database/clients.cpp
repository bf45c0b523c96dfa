// Asks each client library for its version.
#include "database/clients.h"

#include <mysql.h>
#include <sqlite3.h>

#include <libpq-fe.h>

namespace winnow::database {

std::vector<Client> clients() {
  constexpr int kMajor = 10'000;  // libpq's number: 150018 is 15.18
  const int libpq = PQlibVersion();
  return {{.engine = "postgresql",
           .library = "libpq",
           .version = std::to_string(libpq / kMajor) + "." + std::to_string(libpq % kMajor)},
          {.engine = "mysql", .library = "libmariadb", .version = mysql_get_client_info()},
          {.engine = "sqlite", .library = "sqlite3", .version = sqlite3_libversion()}};
}

}  // namespace winnow::database

// Where the database is and how to reach it, read from a URL and the configuration beside it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "outcome/failure.h"

namespace winnow::database {

enum class Engine { postgresql, mysql, sqlite };

struct Settings {
  Engine engine = Engine::sqlite;
  std::string host;
  std::uint16_t port = 0;  // 0: the engine's own default
  std::string database;    // name, or SQLite's path
  std::string user;
  std::string password;  // a secret: never in a message, a log or a plan
  std::string schema;    // PostgreSQL: currentSchema of the URL (parted by commas), or empty
  // The driver's own options of the URL's query: sslmode, sslrootcert, ...
  std::map<std::string, std::string> options;
  std::int32_t connect_timeout_ms = 10'000;
  std::int32_t lock_timeout_ms = 2'000;  // a statement waits no longer for a lock

  // `postgresql://user@host:port/database`, without password and options: safe to print.
  std::string safe_name() const;
};

// The options that reach a driver, whatever the URL called them. PostgreSQL: libpq's own (sslmode, sslrootcert, sslcert, sslkey,
// ...). MySQL: ssl-mode (DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY; not set: the driver's default), ssl-ca,
// ssl-capath, ssl-cert, ssl-key, ssl-cipher, ssl-crl, tls-version, socket. SQLite: mode (ro, rw, rwc).

// Reads postgresql://, postgres://, mysql://, mariadb://, sqlite: and their jdbc: forms, with user and password in the
// authority or the query (as JDBC has them), percent-encoding decoded. TLS options of both worlds pass through to the
// driver under libpq's or libmysqlclient's names; an option that is not known is refused by name. The failure is a
// configuration one whose message never repeats the URL's password.
Outcome<Settings> parse_url(std::string_view url);

}  // namespace winnow::database

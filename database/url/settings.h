// Where the database is and how to reach it, read from a URL and the configuration beside it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "database/url/lock_wait.h"
#include "outcome/failure.h"

namespace winnow::database {

enum class Engine { postgresql, mysql, sqlite };

struct Host {
  std::string name;
  std::uint16_t port = 0;  // 0: the engine's own default
};

// Which of several hosts to use. `primary` takes writes, a `standby` does not.
enum class Target { any, primary, standby, prefer_primary, prefer_standby };

// Where the connection must lead according to the operator or Kestra; compared once it is open.
// Empty fields are not compared.
struct Expectation {
  // One schema: the current one. Several: all existing ones of the search path, in order.
  std::vector<std::string> schemas;
  std::string database;
  std::string server;  // as in database/identity.h

  bool empty() const { return schemas.empty() && database.empty() && server.empty(); }
};

struct Settings {
  Engine engine = Engine::sqlite;
  std::string host;
  std::uint16_t port = 0;         // 0: the engine's own default
  std::vector<Host> other_hosts;  // tried after it, in order
  Target target = Target::any;
  std::string database;  // name, or SQLite's path
  std::string user;
  std::string password;  // a secret: never in a message, a log or a plan
  // PostgreSQL: the value of search_path as SET takes it; empty: the server's own for this role.
  std::string search_path;
  // PostgreSQL: further settings of each transaction, in order.
  std::vector<std::pair<std::string, std::string>> session;
  // The driver's own options: sslmode, sslrootcert, ...
  std::map<std::string, std::string> options;
  Expectation expected;
  // PostgreSQL: statements start no parallel workers, unless `session` says otherwise.
  bool one_processor = false;
  std::int32_t connect_timeout_ms = 10'000;  // for each host
  std::int32_t lock_timeout_ms = 2'000;      // a statement waits no longer for a lock
  // A statement without a reply for this long is given up if another log-in gets none either
  // (silence.h).
  std::int32_t silence_ms = 20'000;
  OnLockWait on_lock_wait = {};  // empty: waits are not reported

  // `postgresql://user@host:port/database`, without password and options: safe to print.
  std::string safe_name() const;
};

// The user of the settings, or else the operating system's, as in JDBC; and the home directory of
// that one. Environment variables are ignored.
std::string user_of(const Settings& settings);
std::string home_directory();

// Names and values as in JDBC's `Properties`.
using Properties = std::vector<std::pair<std::string, std::string>>;

// Reads postgresql://, postgres://, mysql://, mariadb://, sqlite: and their jdbc: forms, with user
// and password in the authority or the query (as in JDBC), percent-encoding decoded, and several
// hosts separated by commas. `defaults` are options that apply if the URL does not name them, as in
// the JDBC drivers (`user` and `password` among them).
//
// TLS options of both worlds are passed to the driver under libpq's names (sslmode, sslrootcert,
// sslcert, sslkey, ...) or those of the mysql client (ssl-mode, ssl-ca, ssl-capath, ssl-cert,
// ssl-key, ssl-cipher, ssl-crl, tls-version, socket). options.h describes all other options. Fails
// as configuration; the message never repeats the URL's password.
Outcome<Settings> parse_url(std::string_view url, const Properties& defaults = {});

}  // namespace winnow::database

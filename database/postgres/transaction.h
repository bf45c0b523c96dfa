// The settings of each of winnow's transactions on PostgreSQL.
#pragma once

#include <string>
#include <vector>

#include "database/connection.h"
#include "database/statement.h"
#include "database/url/settings.h"

namespace winnow::database {

// How the server notices that this machine has disappeared. Not every system has each of these
// settings, and a server that lacks one logs a line whenever it is set: so an unsupported setting
// is sent only once.
class PeerSettings {
 public:
  struct Setting {
    const char* name;
    const char* value;
  };
  PeerSettings();
  bool is_known() const { return known_; }
  // The row that postgres_settings() returns as long as nothing is known.
  void learn(const Row& answer);
  const std::vector<Setting>& sent() const { return sent_; }
  // The server's process that answered.
  const std::string& process() const { return process_; }

 private:
  std::vector<Setting> sent_;
  std::string process_;
  bool known_ = false;
};

// One statement that makes all settings until the transaction ends: behind a pooler the session
// serves others afterwards. A query outside a transaction has this before it in the same group,
// which is a transaction of its own. `by_index`: a table is scanned only if no index can serve.
enum class Plans { by_index, any };
Statement postgres_settings(const Settings& settings, const PeerSettings& peer,
                            Plans plans = Plans::by_index);

// A text that changes if a new connection would find a different server or other settings: a
// promoted replica, another server behind a pooler, a schema of the search path, settings of ALTER
// ROLE. It begins with "primary", "read-only" or "standby". The second column is the server
// process.
Statement postgres_standing();

// The failure to report if the server refused that statement: the settings that the configuration
// names, and the server's own message. Other failures pass through.
Failure postgres_refused_settings(const Settings& settings, Failure failure);

// BEGIN, and that statement.
std::vector<Statement> postgres_begin(const Settings& settings, const PeerSettings& peer);

// One text: the number of the open transaction, `@`, and the start of the server that gave it. A
// replica that takes over, or a server that restarts after a crash, may lack the transaction, and
// then gives its number to another one. `server_version` as libpq has it: 150004 is 15.4.
Statement postgres_transaction_name(int server_version);

// One row: the outcome of the transaction with that name, as pg_xact_status() reports it, and
// "true" or "false" for whether the server has run without interruption since.
Statement postgres_transaction_status(const std::string& name, int server_version);

}  // namespace winnow::database

// What winnow sets in each of its transactions on PostgreSQL.
#pragma once

#include <string>
#include <vector>

#include "database/connection.h"
#include "database/statement.h"
#include "database/url/settings.h"

namespace winnow::database {

// How the server finds out that this machine has vanished. Not every system has each of these
// settings, and a server that lacks one writes a line to its log whenever it is set: what it does
// not take is sent once.
class PeerSettings {
 public:
  struct Setting {
    const char* name;
    const char* value;
  };
  PeerSettings();
  bool is_known() const { return known_; }
  // The row that postgres_settings() answers with as long as nothing is known.
  void learn(const Row& answer);
  const std::vector<Setting>& sent() const { return sent_; }
  // The server's process that answered.
  const std::string& process() const { return process_; }

 private:
  std::vector<Setting> sent_;
  std::string process_;
  bool known_ = false;
};

// One statement that sets all of it until the transaction ends: behind a pooler the session serves
// others afterwards. A query outside of a transaction has this before it in the same group, which
// is a transaction of its own. `by_index`: a table is read whole only where no index can serve.
enum class Plans { by_index, any };
Statement postgres_settings(const Settings& settings, const PeerSettings& peer,
                            Plans plans = Plans::by_index);

// One text that is another one where a new connection would find another server, or itself set up
// in another way: a replica that was promoted, a server behind a pooler, a schema of the search
// path, what ALTER ROLE has set. It begins with "primary", "read-only" or "standby". Beside it the
// server's process that answers.
Statement postgres_standing();

// What to report where the server refused that statement: the settings that the configuration
// names, and the server's own words. Other failures of it pass through.
Failure postgres_refused_settings(const Settings& settings, Failure failure);

// BEGIN, and that statement.
std::vector<Statement> postgres_begin(const Settings& settings, const PeerSettings& peer);

// One text: the number of the open transaction, `@`, and the start of the server that gave it. A
// replica that takes over, or a server that comes back from a crash, may lack the transaction, and
// then gives its number to somebody else's. `server_version` as libpq has it: 150004 is 15.4.
Statement postgres_transaction_name(int server_version);

// One row: what became of the transaction with that name, as pg_xact_status() has it, and as "true"
// or "false" whether the server has run without a break since.
Statement postgres_transaction_status(const std::string& name, int server_version);

}  // namespace winnow::database

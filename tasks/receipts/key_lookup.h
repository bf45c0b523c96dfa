// Checks whether rows that receipts name still exist.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "database/connection.h"

namespace winnow::tasks {

// Probes each table once. Fails if the database has no such table with a key.
class KeyLookup {
 public:
  // How many of these keys the table has. Waits for a transaction that is about to delete them, if
  // a count can do that.
  Outcome<std::int64_t> count(database::Connection& connection, const std::string& table,
                              const std::vector<std::string>& keys);

  // Those of these keys that the table has.
  Outcome<std::vector<std::string>> present(database::Connection& connection,
                                            const std::string& table,
                                            const std::vector<std::string>& keys);

 private:
  Outcome<const database::Table*> table_named(database::Connection& connection,
                                              const std::string& name);

  std::map<std::string, database::Table> tables_;
};

}  // namespace winnow::tasks

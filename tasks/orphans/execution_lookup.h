// Which executions there still are. Asked by the key alone: one of any tenant and namespace counts, so that what is taken
// for an orphan belongs to nobody.
#pragma once

#include <string>
#include <vector>

#include "database/connection.h"

namespace winnow::tasks {

// The schema must outlive it.
class Existence {
 public:
  // A schema failure where there is no table of executions with a key.
  static Outcome<Existence> make(const database::Schema& schema);

  // Those of `ids` that no execution has. Ids that differ in letter case only count as one, as they do on MySQL.
  Outcome<std::vector<std::string>> gone(database::Connection& connection,
                                         std::vector<std::string> ids) const;
  // Whether there is any execution at all.
  Outcome<bool> any(database::Connection& connection) const;

  database::Statement statement(const database::Dialect& dialect, database::TextList ids) const;

 private:
  explicit Existence(const database::Table& table) : table_(&table) {}
  const database::Table* table_;
};

}  // namespace winnow::tasks

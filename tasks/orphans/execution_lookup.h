// Looks up executions by their key alone, in any tenant and namespace, so that an orphan has no
// execution anywhere.
#pragma once

#include <string>
#include <vector>

#include "database/connection.h"

namespace winnow::tasks {

// The schema must outlive it.
class ExecutionLookup {
 public:
  // A schema failure if there is no table of executions with a key.
  static Outcome<ExecutionLookup> make(const database::Schema& schema);

  // Those of `ids` without an execution, in order. Ids that differ only in case are treated as
  // equal, as on MySQL.
  Outcome<std::vector<std::string>> missing(database::Connection& connection,
                                            std::vector<std::string> ids) const;
  // Whether there is any execution at all.
  Outcome<bool> any(database::Connection& connection) const;

  database::Statement statement(const database::Dialect& dialect, database::TextList ids) const;

 private:
  explicit ExecutionLookup(const database::Table& table) : table_(&table) {}
  const database::Table* table_;
};

}  // namespace winnow::tasks

// Looks executions up by their key alone: an execution of any tenant and namespace counts, so that
// an orphan has no execution anywhere.
#pragma once

#include <string>
#include <vector>

#include "database/connection.h"

namespace winnow::tasks {

// The schema must outlive it.
class ExecutionLookup {
 public:
  // A schema failure where there is no table of executions with a key.
  static Outcome<ExecutionLookup> make(const database::Schema& schema);

  // Those of `ids` that no execution has, in their order. Ids that differ only in letter case count
  // as one, as they do on MySQL.
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

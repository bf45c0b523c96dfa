// Reads what EXPLAIN FORMAT=TRADITIONAL answers: of all its forms the one that every version writes
// alike.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "database/connection.h"

namespace winnow::database {

// A SELECT of the rows that this DELETE of MysqlDialect's means, in the same way: for a server that
// explains no deletion. Empty: it is none.
std::string mysql_reading_of(std::string_view deletion);

class MysqlPlanReader {
 public:
  void add_step(const Row& row);  // of EXPLAIN
  // Whether SHOW WARNINGS has to be asked for: a table that is scanned is known by its alias alone.
  bool needs_notes() const { return !scanned_.empty(); }
  void add_note(const Row& row);  // of SHOW WARNINGS after EXPLAIN
  // In their place, where the server has none: the statement as it was sent, with "`table` AS
  // alias".
  void add_statement(std::string_view sql);
  QueryPlan take();

 private:
  QueryPlan plan_;
  std::vector<std::string> scanned_;  // by alias
  std::string rewritten_;             // with `database`.`table` `alias`
};

}  // namespace winnow::database

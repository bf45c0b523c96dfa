// Reads the result of EXPLAIN FORMAT=TRADITIONAL, the only format that is the same in every
// version.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "database/connection.h"

namespace winnow::database {

// A SELECT that finds the same rows in the same way as this DELETE of MysqlDialect's, for a server
// that explains no deletion. Empty: it is not such a DELETE.
std::string mysql_reading_of(std::string_view deletion);

class MysqlPlanReader {
 public:
  void add_step(const Row& row);  // of EXPLAIN
  // Whether SHOW WARNINGS is needed: of a scanned table only the alias is known.
  bool needs_notes() const { return !scanned_.empty(); }
  void add_note(const Row& row);  // of SHOW WARNINGS after EXPLAIN
  // Instead of notes, if the server has none: the statement as it was sent, with "`table` AS
  // alias".
  void add_statement(std::string_view sql);
  QueryPlan take();

 private:
  QueryPlan plan_;
  std::vector<std::string> scanned_;  // by alias
  std::string rewritten_;             // with `database`.`table` `alias`
};

}  // namespace winnow::database

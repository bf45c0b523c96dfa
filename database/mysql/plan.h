// Reads what EXPLAIN FORMAT=TRADITIONAL answers: of all its forms the one that every version writes
// alike.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "database/connection.h"

namespace winnow::database {

class MysqlPlanReader {
 public:
  void add_step(const Row& row);  // of EXPLAIN
  void add_note(const Row& row);  // of SHOW WARNINGS after it
  QueryPlan take();

 private:
  QueryPlan plan_;
  std::vector<std::string> scanned_;  // by alias
  std::string rewritten_;             // with `database`.`table` `alias`
};

}  // namespace winnow::database

// Rows of Kestra's tables, written and read by tests without winnow's engines.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "database/connection.h"
#include "document/yaml.h"

namespace winnow::tests {

using Values = std::vector<std::pair<std::string, std::string>>;  // column, text

class KestraRows {
 public:
  // Probes those of the tables that exist.
  KestraRows(database::Connection& connection, const std::vector<std::string>& tables);

  const database::Schema& schema() const { return schema_; }
  database::Statement insertion(const std::string& table, const Values& values) const;
  database::Statement deletion(const std::string& table) const;      // of all rows
  void execute(const std::vector<database::Statement>& statements);  // in one transaction
  std::set<std::string> keys(const std::string& table);

  // A finished execution in tenant main with `children` logs and as many metrics; `end` as Kestra
  // writes instants.
  void add_execution(const std::string& id, const std::string& name_space, const std::string& flow,
                     const std::string& end, int children = 2,
                     const std::string& state = "SUCCESS");
  void add_log(const std::string& key, const std::string& execution);

 private:
  database::Connection& connection_;
  database::Schema schema_;
};

}  // namespace winnow::tests

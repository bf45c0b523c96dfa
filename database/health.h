// The state of a database: the sizes of its tables and what needs attention, from the catalog and
// the server's own counters.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace winnow::database {

// Nothing for figures that the server does not report.
struct TableHealth {
  std::optional<std::int64_t> rows = {};       // estimated
  std::optional<std::int64_t> dead_rows = {};  // deleted or replaced, space not yet freed
  std::optional<std::int64_t> bytes = {};      // of the rows, with documents stored beside them
  std::optional<std::int64_t> index_bytes = {};
  std::optional<std::int64_t> free_bytes = {};  // inside the table's own files
  std::optional<std::string> last_vacuum = {};  // UTC; PostgreSQL's, manual or automatic
  std::optional<std::string> last_analyze = {};
};

// Something that an operator should attend to.
struct Finding {
  std::string table;  // empty: the whole database
  std::string problem;
  std::string remedy;
};

struct Health {
  std::map<std::string, TableHealth> tables;
  std::vector<std::pair<std::string, std::int64_t>> numbers;  // of the whole: {"bytes", ...}
  std::vector<Finding> findings;
};

}  // namespace winnow::database

// Where the rows of a table lie that is spread over several servers (Vitess).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "database/connection.h"

namespace winnow::tasks {

// The column by which the table's rows are spread, where that is not their key. nullptr: it is, or
// they are not spread.
const database::Column* placing_column(const database::Table& table);

// A schema failure where nobody can tell by a column where the rows lie.
Outcome<void> check_placement(const database::Table& table);

// Numbers of shards: values that were asked about have the same one where their rows lie together.
// The table must outlive it.
class ShardNumbers {
 public:
  // Of a value for which vtgate has no shard.
  static constexpr std::int32_t kNowhere = -1;

  explicit ShardNumbers(const database::Table& table) : table_(&table) {}

  // `values` of the column that spreads the table. Where nothing spreads it, nothing is asked.
  Outcome<void> ask(database::Connection& connection, const database::TextList& values);
  std::int32_t of(const std::string& value) const;

 private:
  Outcome<void> ask_some(database::Connection& connection, const database::TextList& values);

  const database::Table* table_;
  std::map<std::string, std::int32_t> numbers_;
  std::map<std::string, std::int32_t> of_value_;
};

}  // namespace winnow::tasks

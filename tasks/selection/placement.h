// The shards of the rows of a table that is spread over several servers (Vitess).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "database/connection.h"

namespace winnow::tasks {

// The column by which the table is sharded, if that is not its key. nullptr: it is the key, or the
// table is not sharded.
const database::Column* placing_column(const database::Table& table);

// A schema failure if no column decides the shard of the rows.
Outcome<void> check_placement(const database::Table& table);

// Numbers the shards: values whose rows are on the same shard get the same number. The table must
// outlive it.
class ShardNumbers {
 public:
  // The number of a value without a shard in vtgate.
  static constexpr std::int32_t kNowhere = -1;

  explicit ShardNumbers(const database::Table& table) : table_(&table) {}

  // Looks up `values` of the sharding column. Does nothing if the table is not sharded.
  Outcome<void> ask(database::Connection& connection, const database::TextList& values);
  std::int32_t of(const std::string& value) const;

 private:
  Outcome<void> ask_some(database::Connection& connection, const database::TextList& values);

  const database::Table* table_;
  std::map<std::string, std::int32_t> numbers_;
  std::map<std::string, std::int32_t> of_value_;
};

}  // namespace winnow::tasks

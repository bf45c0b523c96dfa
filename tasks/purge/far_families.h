// Families (families.h) whose rows are on several shards: no transaction of Vitess covers all of
// them. A family is deleted in one transaction per level and shard, children before their parents
// and the root last, so that a kill never leaves a child without its parent.
#pragma once

#include <optional>
#include <vector>

#include "database/connection.h"
#include "tasks/families/families.h"
#include "tasks/purge/batch.h"
#include "tasks/shared/reconnecting_connection.h"
#include "tasks/task.h"

namespace winnow::tasks {

// A worker's queries outside its transactions, over a separate connection. Not thread-safe.
class FarFamilies {
 public:
  // The arguments must outlive it. `table`: the executions.
  FarFamilies(Context& context, const Families& families, const database::Table& table)
      : context_(context), families_(families), table_(table) {}

  // The rows of those families of which each row may still be deleted and is not locked by others,
  // in the order of their transactions (order_by_level()).
  Outcome<std::vector<BatchRow>> in_order(std::vector<BatchRow> rows);
  // While a transaction has locked these rows: the rows of those families that have no new child.
  Outcome<std::vector<BatchRow>> closed(const std::vector<BatchRow>& rows);

 private:
  Outcome<void> open();

  Context& context_;
  const Families& families_;
  const database::Table& table_;
  std::optional<ReconnectingConnection> connection_;
};

}  // namespace winnow::tasks

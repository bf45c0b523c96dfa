// Families (families.h) whose rows lie on several shards: no transaction of Vitess holds all of
// them. A family goes in one transaction for each level and shard, children before their parents
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

// One worker's: what it asks beside its transactions, over a connection of its own. Not
// thread-safe.
class FarFamilies {
 public:
  // They must outlive it. `table`: of the executions.
  FarFamilies(Context& context, const Families& families, const database::Table& table)
      : context_(context), families_(families), table_(table) {}

  // Of whole families, those of which each row may still go and is held by nobody, as their
  // transactions follow each other (order_by_level()).
  Outcome<std::vector<BatchRow>> in_order(std::vector<BatchRow> rows);
  // While a transaction has locked these rows: those of whose families no other child has come.
  Outcome<std::vector<BatchRow>> closed(const std::vector<BatchRow>& rows);

 private:
  Outcome<void> open();

  Context& context_;
  const Families& families_;
  const database::Table& table_;
  std::optional<ReconnectingConnection> connection_;
};

}  // namespace winnow::tasks

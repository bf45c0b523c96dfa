// Where the rows of a table lie that is spread over several servers (Vitess): a batch is of one
// shard, so that its transaction is one server's.
#pragma once

#include <vector>

#include "database/connection.h"
#include "tasks/purge/batch.h"
#include "tasks/purge/steps.h"
#include "tasks/selection/placement.h"

namespace winnow::tasks {

// Puts rows of one shard together, otherwise in their order, and numbers the shards
// (BatchRow::shard). Does nothing where the table's rows all lie on one server.
Outcome<void> order_by_shard(database::Connection& connection, const database::Table& table,
                             std::vector<BatchRow>& rows);

// The same for families: children before their parents. A level's rows of one shard have a number
// of their own.
Outcome<void> order_by_level(database::Connection& connection, const database::Table& table,
                             std::vector<BatchRow>& rows);

// Refuses by name what can't be done where rows are spread.
Outcome<void> check_shards(const database::Table& table, const PurgeSteps& steps);

}  // namespace winnow::tasks

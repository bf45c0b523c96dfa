// The shards of the rows of a table that is spread over several servers (Vitess): a batch has rows
// of one shard, so that its transaction uses one server.
#pragma once

#include <vector>

#include "database/connection.h"
#include "tasks/purge/batch.h"
#include "tasks/purge/steps.h"
#include "tasks/selection/placement.h"

namespace winnow::tasks {

// Groups rows by shard, otherwise in order, and numbers the shards (BatchRow::shard). Does nothing
// if all of the table's rows are on one server.
Outcome<void> order_by_shard(database::Connection& connection, const database::Table& table,
                             std::vector<BatchRow>& rows);

// The same for families: children before their parents. The rows of each level and shard have a
// separate number.
Outcome<void> order_by_level(database::Connection& connection, const database::Table& table,
                             std::vector<BatchRow>& rows);

// Refuses by name what can't be done if rows are spread over shards.
Outcome<void> check_shards(const database::Table& table, const PurgeSteps& steps);

}  // namespace winnow::tasks

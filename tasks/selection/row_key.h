// The column that tells the rows of a table apart.
#pragma once

#include "database/schema.h"

namespace winnow::tasks {

// The primary key, where it is one column. Otherwise `key` or `offset`, where an index begins with
// it: a partitioned table's primary key has to hold the column that splits the table too, and
// Kestra's `queues` has none on PostgreSQL before 2.0. Kestra makes both so that no two rows share
// one. nullptr: none of them.
const database::Column* row_key(const database::Table& table);

}  // namespace winnow::tasks

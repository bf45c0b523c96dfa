// The column that tells the rows of a table apart, and what keeps a column from that in a schema
// that is not Kestra's own: where rows of others were found beside the ones that are meant, they
// would go with them.
#pragma once

#include <optional>

#include "database/connection.h"
#include "database/dialect.h"
#include "database/schema.h"

namespace winnow::tasks {

// The primary key, where it is one column. Otherwise `key` or `offset`, where an index begins with
// it: a partitioned table's primary key has to hold the column that splits the table too, and
// Kestra's `queues` has none on PostgreSQL before 2.0. Kestra makes both so that no two rows share
// one. nullptr: none of them.
const database::Column* row_key(const database::Table& table);

// Why texts in the column may be found by others that are spelt differently; nothing: by none.
std::optional<database::Problem> problem_of_spelling(const database::Column& column);
// Why rows can't be found by the ids in this column, each by its own alone.
std::optional<database::Problem> problem_of_ids(const database::Column& column);
// The same of the column that tells the table's own rows apart: no two may share a value.
std::optional<database::Problem> problem_of_key(const database::Table& table,
                                                const database::Column& column,
                                                const database::Dialect& dialect);

// Why a deletion of the table's rows can't be taken back, or takes others along.
std::optional<database::Problem> problem_of_deletion(const database::Table& table,
                                                     const database::Dialect& dialect);

// Selects those of `keys` that rows have in this column.
database::Statement present_keys(const database::Dialect& dialect, const database::Table& table,
                                 const database::Column& column, database::TextList keys);
// Those of `keys` that no row has, in their order. Keys that differ only in letter case count as
// one, as they do on MySQL.
Outcome<database::TextList> missing_keys(database::Connection& connection,
                                         const database::Table& table,
                                         const database::Column& column, database::TextList keys);

// A schema failure where there is one.
Outcome<void> refuse_for(const database::Table& table,
                         const std::optional<database::Problem>& problem);

}  // namespace winnow::tasks

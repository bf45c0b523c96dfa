// The column that identifies the rows of a table, and what prevents a column from that in a schema
// that differs from Kestra's: if other rows were found besides the selected ones, they would be
// deleted too.
#pragma once

#include <optional>

#include "database/connection.h"
#include "database/dialect.h"
#include "database/schema.h"

namespace winnow::tasks {

// The primary key, if it is one column. Otherwise `key` or `offset`, if an index begins with it:
// the primary key of a partitioned table must include the partition column, and Kestra's `queues`
// has no primary key on PostgreSQL before 2.0. Kestra makes both unique. nullptr: none of them.
const database::Column* row_key(const database::Table& table);

// Why the column may treat different texts as equal; nothing: it does not.
std::optional<database::Problem> problem_of_spelling(const database::Column& column);
// Why an id in this column may find more than its own row.
std::optional<database::Problem> problem_of_ids(const database::Column& column);
// The same for the column that identifies the table's own rows: its values must be unique.
std::optional<database::Problem> problem_of_key(const database::Table& table,
                                                const database::Column& column,
                                                const database::Dialect& dialect);

// Why a deletion of the table's rows can't be rolled back, or would delete other rows too.
std::optional<database::Problem> problem_of_deletion(const database::Table& table,
                                                     const database::Dialect& dialect);

// Selects those of `keys` that exist in this column.
database::Statement present_keys(const database::Dialect& dialect, const database::Table& table,
                                 const database::Column& column, database::TextList keys);
// Those of `keys` that no row has, in order. Keys that differ only in case are treated as equal, as
// on MySQL.
Outcome<database::TextList> missing_keys(database::Connection& connection,
                                         const database::Table& table,
                                         const database::Column& column, database::TextList keys);

// A schema failure if there is a problem.
Outcome<void> refuse_for(const database::Table& table,
                         const std::optional<database::Problem>& problem);

}  // namespace winnow::tasks

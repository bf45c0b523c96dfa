// Looks at how the server would run a statement before it is sent for the first time: what would
// read a big table from end to end is refused, with the index that is missing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "database/connection.h"
#include "tasks/task.h"

namespace winnow::tasks {

// The index that a statement relies on: it begins with columns out of `scope` and `equal`, which
// the statement compares with one value each, and goes on with `column`, by which it orders its
// rows or finds them.
struct IndexNeed {
  const database::Table* table = nullptr;
  // In every statement of the task: deleted, tenant.
  std::vector<std::string> scope = {};
  // In this one.
  std::vector<std::string> equal = {};
  // Empty: any index that the server finds is good enough.
  std::string column = {};
  // Dialect::value_of the column, where that is not the column.
  std::string value = {};
  // Its rows are found by a scan, as a manifest or the table's size has it.
  bool declared_small = false;
};

struct PlannedStatement {
  std::string purpose;  // "page", "delete from logs"
  database::Statement statement;
  IndexNeed need;
};

// Keys that no row has, for statements that are explained as with so many.
database::TextList stand_in_keys(std::int64_t count);

// How a statement's purpose names the branch of `deleted` that it reads; nothing: the table has
// none.
std::string branch_name(std::optional<bool> deleted);

// Whether the table has more than kSmallTable rows: counted, no further than needed, where the
// server's estimate does not say so.
Outcome<bool> is_big(const database::Table& table, database::Connection& connection);

// Whether an index leads to the rows by the columns that `match` names, with or without `deleted`.
bool index_serves(const database::Table& table, const Match& match);

// The statement as a plan shows it: a list of placeholders, which has one for each key, as `(?,
// ...)`, however many they are. Elsewhere a list is one value, and its text stays.
std::string with_short_lists(std::string_view sql);

// As a plan has it: {"purpose", "sql", "indexes", "scans"}, and "missingIndex" where its need has
// none.
Outcome<Json> explained(database::Connection& connection, const PlannedStatement& planned);
// A list of them, in their order.
Outcome<Json> explained(database::Connection& connection,
                        std::span<const PlannedStatement> statements);

// The first complete, ordered index that does what is needed; nullptr: there is none.
const database::Index* serving_index(const IndexNeed& need);
// Where there is none: the statement that adds one, for every statement of the task (`scope`, then
// `column`). Nothing where one serves, or where none is needed.
std::optional<std::string> missing_index(const database::Dialect& dialect, const IndexNeed& need);

// The rule. A statement passes where
// - the operator's policy has `allow-scan`, or
// - the manifest declares the table small, or
// - an index of the probed schema serves its need and its EXPLAIN reads no big table from end to
// end. A table is big above kSmallTable rows, by the server's estimate where it has one that is as
// high, otherwise by a count that stops there: below it a scan is what every optimizer prefers, and
// costs next to nothing. What does not pass is a `schema` failure that names the table, the index
// and what adds it; nothing was sent then.
//
// What has passed is remembered for this process, by server, database, user, text and size of the
// lists that are bound, so that only the first use pays for the EXPLAIN. A later DROP INDEX is
// still noticed, and a table that was small is looked at again once the server's estimate says that
// it is big: both stand in the schema that every run probes. An instance of the library would be
// the wrong place: Kestra opens one for each run, and what it remembers would be lost each time.
// Thread-safe.
inline constexpr std::int64_t kSmallTable = 10'000;
Outcome<void> check_plans(std::span<const PlannedStatement> statements,
                          database::Connection& connection, const Context& context);

}  // namespace winnow::tasks

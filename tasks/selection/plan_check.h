// Checks the server's plan of a statement before it is sent for the first time: a statement that
// would scan a big table is refused, with the missing index.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "database/connection.h"
#include "tasks/task.h"

namespace winnow::tasks {

// The index that a statement needs: it begins with columns of `scope` and `equal`, which the
// statement compares with one value each, followed by `column`, by which it orders or finds its
// rows.
struct IndexNeed {
  const database::Table* table = nullptr;
  // The columns of every statement of the task: deleted, tenant.
  std::vector<std::string> scope = {};
  // The columns of this statement.
  std::vector<std::string> equal = {};
  // Empty: any index that the server finds suffices.
  std::string column = {};
  // Dialect::value_of the column, if that is not the column.
  std::string value = {};
  // A scan is accepted, because of the manifest or the table's size.
  bool declared_small = false;
};

struct PlannedStatement {
  std::string purpose;  // "page", "delete from logs"
  database::Statement statement;
  IndexNeed need;
};

// Keys that no row has, for statements that are explained with this many.
database::TextList stand_in_keys(std::int64_t count);

// The name of a branch of `deleted` in a statement's purpose; nothing: the table has none.
std::string branch_name(std::optional<bool> deleted);

// Whether the table has more than kSmallTable rows; counts only as far as needed if the server's
// estimate does not decide it.
Outcome<bool> is_big(const database::Table& table, database::Connection& connection);

// Whether an index finds the rows by the columns of `match`, with or without `deleted`.
bool index_serves(const database::Table& table, const Match& match);

// The statement for display in a plan: shortens a list of placeholders, one per key, to `(?, ...)`.
// Where a list is one value, the text is unchanged.
std::string with_short_lists(std::string_view sql);

// For a plan: {"purpose", "sql", "indexes", "scans"}, and "missingIndex" if the needed index is
// missing.
Outcome<Json> explained(database::Connection& connection, const PlannedStatement& planned);
// A list of them, in their order.
Outcome<Json> explained(database::Connection& connection,
                        std::span<const PlannedStatement> statements);

// The first complete, ordered index that meets the need; nullptr: there is none.
const database::Index* serving_index(const IndexNeed& need);
// If there is none: the statement that adds one, for every statement of the task (`scope`, then
// `column`). Nothing if one serves, or none is needed.
std::optional<std::string> missing_index(const database::Dialect& dialect, const IndexNeed& need);

// The rule. A statement passes if
// - the operator's policy has `allow-scan`, or
// - the manifest declares the table small, or
// - an index of the probed schema meets its need and its EXPLAIN scans no big table.
// A table is big above kSmallTable rows, by the server's estimate if that is as high, otherwise by
// a count that stops there: below it every optimizer prefers a scan, which costs next to nothing. A
// statement that does not pass is a `schema` failure that names the table, the index and the
// statement that adds it; nothing is sent.
//
// The process remembers statements that passed, by server, database, user, text and size of the
// bound lists, so that only the first use pays for the EXPLAIN. A later DROP INDEX is still
// noticed, and a small table is checked again once the server's estimate says that it is big: both
// are in the schema that every run probes. An instance of the library would be the wrong place for
// this memory, because Kestra opens one for each run. Thread-safe.
inline constexpr std::int64_t kSmallTable = 10'000;
Outcome<void> check_plans(std::span<const PlannedStatement> statements,
                          database::Connection& connection, const Context& context);

}  // namespace winnow::tasks

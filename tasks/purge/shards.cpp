#include "tasks/purge/shards.h"

#include <algorithm>
#include <string>

#include "outcome/try.h"

namespace winnow::tasks {
namespace {

// Rows whose placing column is NULL are found by that alone.
constexpr std::int32_t kWithoutPlace = -2;

const std::string& place_of(const database::Table& table, const BatchRow& row) {
  return placing_column(table) == nullptr ? row.key : *row.place;
}

}  // namespace

Outcome<void> order_by_shard(database::Connection& connection, const database::Table& table,
                             std::vector<BatchRow>& rows) {
  if (!table.sharding) return {};
  const bool by_column = placing_column(table) != nullptr;
  database::TextList values;
  for (const auto& row : rows) {
    if (!by_column || row.place) values.push_back(place_of(table, row));
  }
  ShardNumbers numbers(table);
  WINNOW_CHECK(numbers.ask(connection, values));
  for (auto& row : rows) {
    row.shard = by_column && !row.place ? kWithoutPlace : numbers.of(place_of(table, row));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const BatchRow& left, const BatchRow& right) {
    return left.shard < right.shard;
  });
  return {};
}

Outcome<void> check_shards(const PurgeRequest& request, const database::Table& table,
                           const PurgeSteps& steps, const Context& context) {
  if (!table.sharding && !steps.has_far_rows()) return {};
  WINNOW_CHECK(check_placement(table));
  for (const auto& step : steps.rows()) WINNOW_CHECK(check_placement(*step.table));
  if (placing_column(table) != nullptr && !steps.rows().empty()) {
    return fail(FailureKind::schema,
                "table \"" + table.name + "\" is spread over Vitess's shards by \"" +
                    table.sharding->column +
                    "\": its vindex has to be of \"key\", for what belongs to a "
                    "row to lie with it (docs/servers.md)");
  }
  if (request.members) {
    return fail(FailureKind::schema,
                "withChildren can't be had over Vitess: the executions of a family lie on several "
                "shards, and a transaction is one shard's",
                "/withChildren");
  }
  if (context.receipts != nullptr && steps.has_far_rows()) {
    return fail(FailureKind::schema,
                "`receipts` can't be had for this task over Vitess: rows that lie on other shards "
                "than their execution go in transactions that no receipt names");
  }
  return {};
}

}  // namespace winnow::tasks

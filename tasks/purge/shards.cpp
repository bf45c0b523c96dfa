#include "tasks/purge/shards.h"

#include <algorithm>
#include <string>
#include <utility>

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

Outcome<void> order_by_level(database::Connection& connection, const database::Table& table,
                             std::vector<BatchRow>& rows) {
  if (!table.sharding) return {};
  WINNOW_CHECK(order_by_shard(connection, table, rows));
  std::stable_sort(rows.begin(), rows.end(), [](const BatchRow& left, const BatchRow& right) {
    return left.level > right.level;
  });
  std::int32_t number = 0;
  for (auto from = rows.begin(); from != rows.end(); ++number) {
    const auto place = std::pair(from->level, from->shard);
    const auto to = std::find_if(from, rows.end(), [&](const BatchRow& row) {
      return std::pair(row.level, row.shard) != place;
    });
    for (; from != to; ++from) from->shard = number;
  }
  return {};
}

Outcome<void> check_shards(const database::Table& table, const PurgeSteps& steps) {
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
  return {};
}

}  // namespace winnow::tasks

#include "tasks/purge/shards.h"

#include <algorithm>
#include <map>
#include <string>

#include "outcome/try.h"

namespace winnow::tasks {
namespace {

// Values of one question.
constexpr std::size_t kAtOnce = 2'000;
// Of a value for which vtgate has no shard.
constexpr std::int32_t kNowhere = -1;
// Rows whose placing column is NULL are found by that alone.
constexpr std::int32_t kWithoutPlace = -2;

const std::string& place_of(const database::Table& table, const BatchRow& row) {
  return placing_column(table) == nullptr ? row.key : *row.place;
}

class ShardNumbers {
 public:
  ShardNumbers(database::Connection& connection, const database::Table& table)
      : connection_(connection), table_(table) {}

  Outcome<void> ask(const database::TextList& values) {
    const auto statement = connection_.dialect().shards_of(table_, values);
    if (!statement) return {};
    return connection_.query(*statement, [&](const database::Row& row) {
      const auto number = static_cast<std::int32_t>(numbers_.size());
      const auto shard = numbers_.emplace(std::string(row.text(1).value_or("")), number).first;
      of_value_[std::string(row.text(0).value_or(""))] = shard->second;
      return true;
    });
  }

  std::int32_t of(const std::string& value) const {
    const auto found = of_value_.find(value);
    return found == of_value_.end() ? kNowhere : found->second;
  }

 private:
  database::Connection& connection_;
  const database::Table& table_;
  std::map<std::string, std::int32_t> numbers_;
  std::map<std::string, std::int32_t> of_value_;
};

Outcome<void> check_vindex(const database::Table& table) {
  if (!table.sharding || !table.sharding->column.empty()) return {};
  return fail(FailureKind::schema,
              "the vschema of Vitess names no vindex of one column for table \"" + table.name +
                  "\": winnow can't tell on which shard its rows lie. Add one "
                  "(docs/servers.md has an example)");
}

}  // namespace

const database::Column* placing_column(const database::Table& table) {
  if (!table.sharding || table.sharding->column == "key") return nullptr;
  return table.column(table.sharding->column);
}

Outcome<void> order_by_shard(database::Connection& connection, const database::Table& table,
                             std::vector<BatchRow>& rows) {
  if (!table.sharding) return {};
  const bool by_column = placing_column(table) != nullptr;
  ShardNumbers numbers(connection, table);
  for (std::size_t from = 0; from < rows.size(); from += kAtOnce) {
    database::TextList values;
    for (auto at = from; at < std::min(from + kAtOnce, rows.size()); ++at) {
      if (!by_column || rows[at].place) values.push_back(place_of(table, rows[at]));
    }
    if (!values.empty()) WINNOW_CHECK(numbers.ask(values));
  }
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
  WINNOW_CHECK(check_vindex(table));
  for (const auto& step : steps.rows()) WINNOW_CHECK(check_vindex(*step.table));
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

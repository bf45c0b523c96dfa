#include "tasks/selection/placement.h"

#include <algorithm>

#include "outcome/try.h"

namespace winnow::tasks {
namespace {

// Values of one question.
constexpr std::size_t kAtOnce = 2'000;

}  // namespace

const database::Column* placing_column(const database::Table& table) {
  if (!table.sharding || table.sharding->column == "key") return nullptr;
  return table.column(table.sharding->column);
}

Outcome<void> check_placement(const database::Table& table) {
  if (!table.sharding || !table.sharding->column.empty()) return {};
  return fail(FailureKind::schema,
              "the vschema of Vitess names no vindex of one column for table \"" + table.name +
                  "\": winnow can't tell on which shard its rows lie. Add one "
                  "(docs/servers.md has an example)");
}

Outcome<void> ShardNumbers::ask(database::Connection& connection,
                                const database::TextList& values) {
  for (std::size_t from = 0; from < values.size(); from += kAtOnce) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(from);
    const auto count = std::min(kAtOnce, values.size() - from);
    WINNOW_CHECK(ask_some(connection, {begin, begin + static_cast<std::ptrdiff_t>(count)}));
  }
  return {};
}

Outcome<void> ShardNumbers::ask_some(database::Connection& connection,
                                     const database::TextList& values) {
  const auto statement = connection.dialect().shards_of(*table_, values);
  if (!statement) return {};
  return connection.query(*statement, [&](const database::Row& row) {
    const auto number = static_cast<std::int32_t>(numbers_.size());
    const auto shard = numbers_.emplace(std::string(row.text(1).value_or("")), number).first;
    of_value_[std::string(row.text(0).value_or(""))] = shard->second;
    return true;
  });
}

std::int32_t ShardNumbers::of(const std::string& value) const {
  const auto found = of_value_.find(value);
  return found == of_value_.end() ? kNowhere : found->second;
}

}  // namespace winnow::tasks

#include "tasks/selection/placement.h"

#include "tasks/selection/chunks.h"

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
  return in_chunks(values, kAtOnce,
                   [&](const database::TextList& some) { return ask_some(connection, some); });
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

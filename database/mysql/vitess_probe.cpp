#include "database/mysql/vitess_probe.h"

#include <algorithm>
#include <string_view>

#include "database/mysql/probe.h"
#include "database/texts.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

// SHOW VSCHEMA VINDEXES ON's columns, one row a vindex; the first is the one that places the rows.
constexpr std::size_t kColumns = 0;
constexpr std::size_t kName = 1;

Outcome<std::string> first_text(Connection& connection, const Statement& statement) {
  std::string text;
  WINNOW_CHECK(connection.query(statement, [&](const Row& row) {
    text = cell_of(row, 0);
    return false;
  }));
  return text;
}

// "Version: 24.0.4 (Git revision ...".
std::string version_in(const std::string& comment) {
  constexpr std::string_view kBefore = "Version: ";
  const auto at = comment.find(kBefore);
  if (at == std::string::npos) return "Vitess";
  const auto begin = at + kBefore.size();
  return "Vitess " + comment.substr(begin, comment.find(' ', begin) - begin);
}

// Of the keyspace, which is the session's database, `kestra` or `kestra@primary`.
struct Keyspace {
  bool sharded = false;
  std::int64_t shards = 0;
};

Outcome<Keyspace> keyspace_of(Connection& connection) {
  WINNOW_TRY(auto name, first_text(connection, plain("SELECT DATABASE()")));
  name.resize(std::min(name.find_first_of(":@"), name.size()));
  Keyspace keyspace;
  WINNOW_CHECK(connection.query(plain("SHOW VSCHEMA KEYSPACES"), [&](const Row& row) {
    if (row.text(0) == name) keyspace.sharded = row.text(1) == "true";
    return true;
  }));
  WINNOW_CHECK(connection.query(plain("SHOW VITESS_SHARDS"), [&](const Row& row) {
    if (cell_of(row, 0).starts_with(name + "/")) ++keyspace.shards;
    return true;
  }));
  keyspace.shards = std::max<std::int64_t>(1, keyspace.shards);
  return keyspace;
}

// A table without a vindex, or with one of several columns, can't be told by a column where its
// rows lie.
Outcome<void> read_sharding(Connection& connection, Table& table) {
  const auto statement =
      plain("SHOW VSCHEMA VINDEXES ON " + connection.dialect().quoted(table.name));
  auto read = connection.query(statement, [&](const Row& row) {
    table.sharding = Sharding{.function = cell_of(row, kName), .column = cell_of(row, kColumns)};
    return false;
  });
  if (!read && read.error().retryable) return read;
  if (!read && read.error().kind == FailureKind::cancelled) return read;
  if (!table.sharding) table.sharding.emplace();
  if (table.column(table.sharding->column) == nullptr) table.sharding->column.clear();
  return {};
}

}  // namespace

Outcome<Schema> vitess_schema(Connection& connection, std::span<const std::string> tables) {
  WINNOW_TRY(const auto found, first_text(connection, mysql_probe_by_list(tables)));
  WINNOW_TRY(auto schema, mysql_schema(found));
  WINNOW_TRY(const auto comment, first_text(connection, plain("SELECT @@version_comment")));
  schema.server = version_in(comment) + " over " + schema.server;
  WINNOW_TRY(const auto keyspace, keyspace_of(connection));
  for (auto& [table_name, table] : schema.tables) {
    table.schema.clear();
    table.can_delete = true;
    if (table.estimated_rows > 0) table.estimated_rows *= keyspace.shards;
    if (keyspace.sharded) WINNOW_CHECK(read_sharding(connection, table));
  }
  return schema;
}

Outcome<Health> of_all_shards(Connection& connection, Health of_one) {
  WINNOW_TRY(const auto keyspace, keyspace_of(connection));
  const auto multiply = [&](std::optional<std::int64_t>& figure) {
    if (figure) *figure *= keyspace.shards;
  };
  for (auto& [name, number] : of_one.numbers) {
    if (name == "bytes") number *= keyspace.shards;
  }
  for (auto& [name, table] : of_one.tables) {
    multiply(table.rows);
    multiply(table.bytes);
    multiply(table.index_bytes);
    multiply(table.free_bytes);
  }
  return of_one;
}

}  // namespace winnow::database

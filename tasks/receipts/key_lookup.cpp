#include "tasks/receipts/key_lookup.h"

#include <array>

#include "database/count.h"
#include "outcome/try.h"
#include "tasks/selection/row_key.h"

namespace winnow::tasks {
namespace {

Outcome<database::Table> table_named(database::Connection& connection, const std::string& name) {
  const std::array<std::string, 1> names{name};
  WINNOW_TRY(auto schema, connection.probe(names));
  const auto* table = schema.table(name);
  if (table == nullptr || table->problem()) {
    return fail(FailureKind::schema, "the database has no table \"" + name +
                                         "\" that can be read: it is not the one that the receipts "
                                         "are of");
  }
  if (row_key(*table) == nullptr) {
    return fail(FailureKind::schema, "table \"" + name + "\" has no key");
  }
  return *table;
}

// An empty `selected`: the key itself.
database::Statement of_keys(const database::Dialect& dialect, const database::Table& table,
                            std::string_view selected, const std::vector<std::string>& keys) {
  const auto& key = *row_key(table);
  database::SqlWriter writer(dialect);
  writer.text("SELECT ").text(selected.empty() ? dialect.as_cursor("e", key) : selected);
  writer.text(" FROM ").table(table).text(" AS e WHERE ");
  dialect.any_key(writer, "e", table, key, keys);
  return writer.take();
}

}  // namespace

Outcome<std::int64_t> count_of_keys(database::Connection& connection, const std::string& table,
                                    const std::vector<std::string>& keys) {
  WINNOW_TRY(const auto found, table_named(connection, table));
  auto statement = of_keys(connection.dialect(), found, "count(*)", keys);
  statement.sql += connection.dialect().count_waiting();
  return database::count_of(connection, statement);
}

Outcome<std::vector<std::string>> present_keys(database::Connection& connection,
                                               const std::string& table,
                                               const std::vector<std::string>& keys) {
  WINNOW_TRY(const auto found, table_named(connection, table));
  std::vector<std::string> present;
  WINNOW_CHECK(connection.query(of_keys(connection.dialect(), found, {}, keys),
                                [&](const database::Row& row) {
                                  present.emplace_back(row.text(0).value_or(""));
                                  return true;
                                }));
  return present;
}

}  // namespace winnow::tasks

#include "tasks/receipts/key_lookup.h"

#include <array>

#include "database/count.h"
#include "database/texts.h"
#include "outcome/try.h"
#include "tasks/selection/row_key.h"

namespace winnow::tasks {
namespace {

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

Outcome<const database::Table*> KeyLookup::table_named(database::Connection& connection,
                                                       const std::string& name) {
  if (const auto known = tables_.find(name); known != tables_.end()) return &known->second;
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
  return &tables_.emplace(name, *table).first->second;
}

Outcome<std::int64_t> KeyLookup::count(database::Connection& connection, const std::string& table,
                                       const std::vector<std::string>& keys) {
  WINNOW_TRY(const auto* found, table_named(connection, table));
  auto statement = of_keys(connection.dialect(), *found, "count(*)", keys);
  statement.sql += connection.dialect().count_waiting();
  return database::count_of(connection, statement);
}

Outcome<std::vector<std::string>> KeyLookup::present(database::Connection& connection,
                                                     const std::string& table,
                                                     const std::vector<std::string>& keys) {
  WINNOW_TRY(const auto* found, table_named(connection, table));
  return database::texts_of(connection, of_keys(connection.dialect(), *found, {}, keys));
}

}  // namespace winnow::tasks

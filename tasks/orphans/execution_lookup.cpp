#include "tasks/orphans/execution_lookup.h"

#include <algorithm>
#include <set>

#include "document/strings.h"

namespace winnow::tasks {

Outcome<Existence> Existence::make(const database::Schema& schema) {
  const auto table = schema.require("executions");
  if (!table) return fail(table.error());
  if ((*table)->column("key") == nullptr) {
    return fail(FailureKind::schema, "table \"executions\" has no column \"key\"");
  }
  return Existence(**table);
}

database::Statement Existence::statement(const database::Dialect& dialect,
                                         database::TextList ids) const {
  database::SqlWriter writer(dialect);
  const auto key = "e." + dialect.quoted("key");
  writer.text("SELECT " + key + " FROM ").table(*table_).text(" AS e WHERE ");
  dialect.any_of(writer, key, *table_->column("key"), std::move(ids));
  return writer.take();
}

Outcome<std::vector<std::string>> Existence::gone(database::Connection& connection,
                                                  std::vector<std::string> ids) const {
  if (ids.empty()) return ids;
  std::set<std::string, std::less<>> there;
  auto queried =
      connection.query(statement(connection.dialect(), ids), [&](const database::Row& row) {
        there.insert(document::lower(row.text(0).value_or("")));
        return true;
      });
  if (!queried) return fail(queried.error());
  ids.erase(
      std::remove_if(ids.begin(), ids.end(),
                     [&](const std::string& id) { return there.contains(document::lower(id)); }),
      ids.end());
  return ids;
}

Outcome<bool> Existence::any(database::Connection& connection) const {
  database::SqlWriter writer(connection.dialect());
  writer.text("SELECT 1 FROM ").table(*table_).text(" LIMIT 1");
  bool found = false;
  auto queried = connection.query(writer.take(), [&](const database::Row&) {
    found = true;
    return true;
  });
  if (!queried) return fail(queried.error());
  return found;
}

}  // namespace winnow::tasks

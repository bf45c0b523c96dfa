#include "tasks/orphans/execution_lookup.h"

#include <algorithm>
#include <set>

#include "document/strings.h"
#include "outcome/try.h"
#include "tasks/selection/row_key.h"

namespace winnow::tasks {

Outcome<ExecutionLookup> ExecutionLookup::make(const database::Schema& schema) {
  WINNOW_TRY(const auto* table, schema.require("executions"));
  if (table->column("key") == nullptr) {
    return fail(FailureKind::schema, "table \"executions\" has no column \"key\"");
  }
  WINNOW_CHECK(refuse_for(*table, problem_of_ids(*table->column("key"))));
  return ExecutionLookup(*table);
}

database::Statement ExecutionLookup::statement(const database::Dialect& dialect,
                                               database::TextList ids) const {
  database::SqlWriter writer(dialect);
  const auto key = "e." + dialect.quoted("key");
  writer.text("SELECT " + key + " FROM ").table(*table_).text(" AS e WHERE ");
  dialect.any_of(writer, key, *table_->column("key"), std::move(ids));
  return writer.take();
}

Outcome<std::vector<std::string>> ExecutionLookup::missing(database::Connection& connection,
                                                           std::vector<std::string> ids) const {
  if (ids.empty()) return ids;
  std::set<std::string, std::less<>> found;
  WINNOW_CHECK(
      connection.query(statement(connection.dialect(), ids), [&](const database::Row& row) {
        found.insert(document::lower(row.text(0).value_or("")));
        return true;
      }));
  std::erase_if(ids, [&](const std::string& id) { return found.contains(document::lower(id)); });
  return ids;
}

Outcome<bool> ExecutionLookup::any(database::Connection& connection) const {
  database::SqlWriter writer(connection.dialect());
  writer.text("SELECT 1 FROM ").table(*table_).text(" LIMIT 1");
  bool found = false;
  WINNOW_CHECK(connection.query(writer.take(), [&](const database::Row&) {
    found = true;
    return true;
  }));
  return found;
}

}  // namespace winnow::tasks

#include "tasks/orphans/execution_lookup.h"

#include <utility>

#include "database/texts.h"
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
  return present_keys(dialect, *table_, *table_->column("key"), std::move(ids));
}

Outcome<std::vector<std::string>> ExecutionLookup::missing(database::Connection& connection,
                                                           std::vector<std::string> ids) const {
  return missing_keys(connection, *table_, *table_->column("key"), std::move(ids));
}

Outcome<bool> ExecutionLookup::any(database::Connection& connection) const {
  database::SqlWriter writer(connection.dialect());
  writer.text("SELECT 1 FROM ").table(*table_).text(" LIMIT 1");
  WINNOW_TRY(const auto found, database::texts_of(connection, writer.take()));
  return !found.empty();
}

}  // namespace winnow::tasks

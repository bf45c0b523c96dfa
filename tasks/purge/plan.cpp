#include "tasks/purge/plan.h"

#include "database/count.h"
#include "tasks/purge/source.h"

namespace winnow::tasks {
namespace {

using database::Connection;

std::string branch_name(std::optional<bool> deleted) {
  if (!deleted) return {};
  return *deleted ? ", deleted = true" : ", deleted = false";
}

// Keys that no row has: the server plans a deletion for as many as a batch brings.
std::vector<BatchRow> stand_ins(std::int64_t count) {
  const auto flow =
      std::make_shared<const FlowOf>(FlowOf{.tenant = {}, .name_space = "winnow", .flow = "plan"});
  std::vector<BatchRow> rows(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].key = "winnow-plan-" + std::to_string(i);
    rows[i].of = flow;
  }
  return rows;
}

IndexNeed need_of(const RowStep& step) {
  if (step.column == nullptr) return {.table = step.table, .declared_small = true};
  IndexNeed need{.table = step.table, .column = step.column->name};
  if (step.table->column("deleted") != nullptr) need.scope.emplace_back("deleted");
  if (step.only_column != nullptr) need.scope.push_back(step.only_column->name);
  return need;
}

Outcome<void> add_statement(Json& plan, Connection& connection, const PlannedStatement& planned) {
  auto statement = explained(connection, planned);
  if (!statement) return fail(statement.error());
  plan["statements"].push_back(std::move(*statement));
  return {};
}

}  // namespace

std::vector<PlannedStatement> purge_statements(const Manifest& manifest,
                                               const PurgeRequest& request,
                                               const Prepared& prepared) {
  const auto& dialect = prepared.connection->dialect();
  const auto& steps = *prepared.steps;
  const auto& selection = *prepared.selection;
  const auto& table = selection.table();
  const BatchSource source(manifest, selection, steps,
                           steps.deletes_parent() ? RowLock::skipping : RowLock::none);

  std::vector<PlannedStatement> statements;
  for (const auto deleted : selection.deleted_branches()) {
    statements.push_back({.purpose = "select " + table.name + branch_name(deleted),
                          .statement = source.first_statement(dialect, deleted, request.batch_size),
                          .need = {.table = &table,
                                   .scope = selection.scope_columns(),
                                   .equal = selection.equal_columns(),
                                   .column = manifest.order}});
  }
  const auto batch = stand_ins(request.batch_size);
  if (steps.deletes_parent()) {
    statements.push_back(
        {.purpose = "lock " + table.name,
         .statement = source.lock_statement(
             dialect, {.deleted = selection.deleted_branches().front(), .rows = batch}),
         .need = {.table = &table, .column = "key"}});
  }
  for (const auto& step : steps.rows()) {
    statements.push_back({.purpose = "delete from " + step.table->name,
                          .statement = steps.deletion(dialect, step, batch),
                          .need = need_of(step)});
  }
  if (!steps.deletes_parent()) return statements;
  statements.push_back(
      {.purpose = "delete from " + table.name,
       .statement = dialect.delete_by_keys(table, *table.column("key"), keys_of(batch)),
       .need = {.table = &table, .column = "key"}});
  return statements;
}

Outcome<Json> describe_purge(const Manifest& manifest, const PurgeRequest& request,
                             Prepared& prepared) {
  auto& connection = *prepared.connection;
  const BatchSource source(manifest, *prepared.selection, *prepared.steps, RowLock::none);
  Json plan{{"task", manifest.name},
            {"server", prepared.schema.server},
            {"selected", 0},
            {"statements", Json::array()},
            {"leftOut", prepared.steps->left_out()}};
  std::int64_t selected = 0;
  for (const auto deleted : prepared.selection->deleted_branches()) {
    const auto rows = database::count_of(
        connection, source.count_statement(connection.dialect(), deleted, std::nullopt));
    if (!rows) return fail(rows.error());
    selected += *rows;
  }
  plan["selected"] = selected;
  for (const auto& planned : purge_statements(manifest, request, prepared)) {
    if (auto added = add_statement(plan, connection, planned); !added) return fail(added.error());
  }
  return plan;
}

}  // namespace winnow::tasks

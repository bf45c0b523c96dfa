#include "tasks/purge_plan.h"

#include "tasks/purge_source.h"

namespace winnow::tasks {
namespace {

using database::Connection;
using database::Statement;

std::string branch_name(std::optional<bool> deleted) {
  if (!deleted) return {};
  return *deleted ? ", deleted = true" : ", deleted = false";
}

// Keys that no row has: the server plans a deletion for as many as a batch brings.
std::vector<BatchRow> stand_ins(std::int64_t count) {
  std::vector<BatchRow> rows(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].key = "winnow-plan-" + std::to_string(i);
    rows[i].name_space = "winnow";
    rows[i].flow = "plan";
  }
  return rows;
}

Outcome<void> add_statement(Json& plan, Connection& connection, const std::string& purpose,
                            const Statement& statement) {
  auto explained = connection.explain(statement);
  if (!explained) return fail(explained.error());
  plan["statements"].push_back(Json{{"purpose", purpose},
                                    {"sql", statement.sql},
                                    {"indexes", explained->indexes},
                                    {"scans", explained->scans}});
  return {};
}

Outcome<std::int64_t> counted(Connection& connection, const Statement& statement) {
  std::int64_t rows = 0;
  auto queried = connection.query(statement, [&rows](const database::Row& row) {
    rows = std::stoll(std::string(row.text(0).value_or("0")));
    return true;
  });
  if (!queried) return fail(queried.error());
  return rows;
}

}  // namespace

Outcome<Json> describe_purge(const Manifest& manifest, const Json& parameters, Prepared& prepared) {
  auto& connection = *prepared.connection;
  const auto& dialect = connection.dialect();
  const auto& steps = *prepared.steps;
  const auto batch_size = parameters.value("batchSize", std::int64_t{1'000});
  const BatchSource source(manifest, *prepared.selection, steps,
                           steps.deletes_parent() ? RowLock::skipping : RowLock::none);

  Json plan{{"task", manifest.name},
            {"server", prepared.schema.server},
            {"selected", 0},
            {"statements", Json::array()},
            {"leftOut", steps.left_out()}};
  std::int64_t selected = 0;
  for (const auto deleted : prepared.selection->deleted_branches()) {
    const auto rows = counted(connection, source.count_statement(dialect, deleted, std::nullopt));
    if (!rows) return fail(rows.error());
    selected += *rows;
    auto added = add_statement(plan, connection, "select " + manifest.table + branch_name(deleted),
                               source.first_statement(dialect, deleted, batch_size));
    if (!added) return fail(added.error());
  }
  plan["selected"] = selected;

  const auto batch = stand_ins(batch_size);
  if (steps.deletes_parent()) {
    const auto lock = source.lock_statement(
        dialect, {.deleted = prepared.selection->deleted_branches().front(), .rows = batch});
    auto added = add_statement(plan, connection, "lock " + manifest.table, lock);
    if (!added) return fail(added.error());
  }
  for (const auto& step : steps.rows()) {
    auto added = add_statement(plan, connection, "delete from " + step.table->name,
                               steps.deletion(dialect, step, batch));
    if (!added) return fail(added.error());
  }
  if (steps.deletes_parent()) {
    database::TextList keys;
    for (const auto& row : batch) keys.push_back(row.key);
    const auto& table = prepared.selection->table();
    auto added =
        add_statement(plan, connection, "delete from " + table.name,
                      dialect.delete_by_keys(table, *table.column("key"), std::move(keys)));
    if (!added) return fail(added.error());
  }
  return plan;
}

}  // namespace winnow::tasks

#include "tests/support/kestra_rows.h"

#include "tests/support/require.h"

namespace winnow::tests {

using database::AfterBatch;
using database::SqlWriter;
using database::Statement;
using document::Json;

KestraRows::KestraRows(database::Connection& connection, const std::vector<std::string>& tables)
    : connection_(connection), schema_(require(connection.probe(tables))) {}

Statement KestraRows::insertion(const std::string& table_name, const Values& values) const {
  const auto& table = *schema_.table(table_name);
  SqlWriter writer(connection_.dialect());
  writer.text("INSERT INTO ").table(table).text(" (");
  const char* comma = "";
  for (const auto& [column, value] : values) {
    writer.text(std::exchange(comma, ", ")).identifier(column);
  }
  writer.text(") VALUES (");
  comma = "";
  for (const auto& [column, value] : values) {
    writer.text(std::exchange(comma, ", ")).bind_as(*table.column(column), value);
  }
  return writer.text(")").take();
}

Statement KestraRows::deletion(const std::string& table) const {
  return SqlWriter(connection_.dialect()).text("DELETE FROM ").table(*schema_.table(table)).take();
}

void KestraRows::execute(const std::vector<Statement>& statements) {
  require(connection_.execute(statements, AfterBatch::commit));
}

std::set<std::string> KestraRows::keys(const std::string& table) {
  std::set<std::string> keys;
  const auto statement = SqlWriter(connection_.dialect())
                             .text("SELECT ")
                             .identifier("key")
                             .text(" FROM ")
                             .table(*schema_.table(table))
                             .take();
  require(connection_.query(statement, [&keys](const database::Row& row) {
    keys.insert(std::string(row.text(0).value()));
    return true;
  }));
  return keys;
}

void KestraRows::add_execution(const std::string& id, const std::string& name_space,
                               const std::string& flow, const std::string& end, int children,
                               const std::string& state) {
  const Json document{
      {"id", id},
      {"tenantId", "main"},
      {"namespace", name_space},
      {"flowId", flow},
      {"deleted", false},
      {"state", {{"current", state}, {"duration", 1}, {"startDate", end}, {"endDate", end}}}};
  std::vector<Statement> statements{
      insertion("executions", {{"key", id}, {"value", document.dump()}})};
  for (int i = 0; i < children; ++i) {
    Json child{{"tenantId", "main"}, {"namespace", name_space}, {"flowId", flow},
               {"taskId", "t"},      {"executionId", id},       {"taskRunId", "r"},
               {"timestamp", end},   {"deleted", false}};
    child.update(Json{{"level", "INFO"}, {"message", "done"}});
    const auto key = id + "-" + std::to_string(i);
    statements.push_back(insertion("logs", {{"key", key}, {"value", child.dump()}}));
    child.update(Json{{"name", "rows"}, {"type", "counter"}, {"value", 1}});
    statements.push_back(insertion("metrics", {{"key", key}, {"value", child.dump()}}));
  }
  execute(statements);
}

void KestraRows::add_log(const std::string& key, const std::string& execution) {
  const Json log{{"tenantId", "main"},
                 {"namespace", "company.team"},
                 {"flowId", "daily"},
                 {"executionId", execution},
                 {"timestamp", "2026-01-01T00:00:00.000000Z"},
                 {"level", "INFO"},
                 {"message", "late"},
                 {"deleted", false}};
  execute({insertion("logs", {{"key", key}, {"value", log.dump()}})});
}

}  // namespace winnow::tests

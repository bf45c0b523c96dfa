#include "tasks/orphans/table.h"

#include "outcome/try.h"
#include "tasks/orphans/sweep.h"
#include "tasks/selection/match.h"
#include "tasks/selection/placement.h"
#include "tasks/selection/plan_check.h"
#include "tasks/selection/row_key.h"

namespace winnow::tasks {
namespace {

using database::Column;
using database::Dialect;
using database::SqlWriter;
using database::Statement;
using database::TextList;

bool narrows_namespaces(const Scope& scope) {
  return !scope.conditions.empty() || !scope.allow.empty() || !scope.protect.empty();
}

}  // namespace

Outcome<std::unique_ptr<OrphanTable>> OrphanTable::make(
    const PurgeStep& step, const OrphanRowsRequest& request, const database::Schema& schema,
    database::Connection& connection, bool allow_scan, std::vector<std::string>& left_out,
    MissingRights& rights) {
  if (step.optional && schema.table(step.table) == nullptr) return nullptr;
  std::unique_ptr<OrphanTable> made(new OrphanTable);
  made->step_ = &step;
  WINNOW_TRY(made->table_, schema.require(step.table));
  made->execution_ = made->table_->column(step.match.column);
  made->only_ = made->table_->column(step.match.only_column);
  made->key_ = row_key(*made->table_);
  if (!made->has_columns()) {
    if (step.optional) return nullptr;
    return fail(FailureKind::schema,
                "table \"" + step.table + "\" lacks the column that leads to its executions");
  }
  const auto leave_out = [&](const std::string& reason) -> std::unique_ptr<OrphanTable> {
    left_out.push_back("the rows of table \"" + step.table + "\" stay, because " + reason);
    return nullptr;
  };
  if (narrows_namespaces(request.scope) &&
      made->table_->column(request.scope.namespace_column) == nullptr) {
    return leave_out("they have no namespace, by which the policy or a parameter restricts them");
  }
  WINNOW_TRY(auto obstacle, made->find_way(connection, allow_scan));
  if (obstacle.empty()) {
    WINNOW_CHECK(check_placement(*made->table_));
    obstacle = made->misplaced();
  }
  if (obstacle.empty()) {
    const auto problem = made->problem(connection.dialect());
    if (problem) obstacle = problem->what + "; " + problem->remedy;
  }
  if (!obstacle.empty() && step.optional) return leave_out(obstacle);
  if (!obstacle.empty()) {
    return fail(FailureKind::schema, "table \"" + step.table + "\": " + obstacle);
  }
  rights.look_at(*made->table_);
  WINNOW_CHECK(made->select(request, schema));
  if (made->branches_.empty()) return nullptr;
  return made;
}

bool OrphanTable::has_columns() const {
  return has_columns_of(*table_, step_->match) &&
         (step_->written.empty() || table_->column(step_->written) != nullptr);
}

// Chooses the index for the walk. Returns why there is none, or an empty string.
Outcome<std::string> OrphanTable::find_way(database::Connection& connection, bool allow_scan) {
  if (key_ == nullptr) return std::string("no index begins with a column that identifies a row");
  const auto& match = step_->match;
  if (match.kind == Match::Kind::document) return std::string();
  by_index_ = index_serves(*table_, match);
  if (by_index_ || allow_scan) return std::string();
  WINNOW_TRY(const bool big, is_big(*table_, connection));
  if (!big) return std::string();
  auto columns = std::vector{match.column};
  if (!match.only_column.empty()) columns.insert(columns.begin(), match.only_column);
  return "no index leads to their executions; add it: " +
         connection.dialect().create_index(*table_, columns);
}

std::optional<database::Problem> OrphanTable::problem(const Dialect& dialect) const {
  if (auto problem = problem_of_deletion(*table_, dialect)) return problem;
  if (execution_ != nullptr) {
    if (auto problem = problem_of_ids(*execution_)) return problem;
  }
  return problem_of_key(*table_, *key_, dialect);
}

std::string OrphanTable::misplaced() const {
  const auto& sharding = table_->sharding;
  if (!sharding) return {};
  const bool by_execution = execution_ != nullptr && sharding->column == execution_->name;
  if (by_execution || sharding->column == key_->name) return {};
  return "Vitess spreads them by \"" + sharding->column + "\", and neither by \"" + key_->name +
         "\" nor by what names their execution (docs/servers.md)";
}

Spread OrphanTable::spread() const {
  if (!table_->sharding) return Spread::not_at_all;
  const bool by_execution = execution_ != nullptr && table_->sharding->column == execution_->name;
  return by_execution ? Spread::by_execution : Spread::by_key;
}

Outcome<void> OrphanTable::select(const OrphanRowsRequest& request,
                                  const database::Schema& schema) {
  auto scope = request.scope;
  scope.table = step_->table;
  // A row without a tenant column belonged to its execution's tenant, and that execution is
  // missing.
  if (table_->column(scope.tenant_column) == nullptr) scope.tenant_column.clear();
  if (table_->column(scope.namespace_column) == nullptr) scope.namespace_column.clear();
  if (!step_->written.empty()) {
    scope.conditions.emplace_back(InstantBound{.column = step_->written,
                                               .document = step_->written_document,
                                               .comparison = database::Comparison::at_or_before,
                                               .instant = request.written_until});
  }
  WINNOW_TRY(selection_, Selection::make(std::move(scope), schema));
  for (const auto deleted : selection_->deleted_branches()) {
    if (only_ == nullptr) branches_.push_back({.deleted = deleted});
    for (const auto& value : step_->match.only_values) {
      if (only_->can_hold(value)) branches_.push_back({.deleted = deleted, .only = value});
    }
  }
  return {};
}

// Only the branch: with more conditions, a page of few rows would have to read many.
void OrphanTable::write_walk(SqlWriter& writer, const OrphanBranch& branch) const {
  const auto& dialect = writer.dialect();
  writer.text(" FROM ").table(*table_).text(" AS t WHERE ");
  if (branch.deleted) {
    writer.text("t." + dialect.quoted("deleted")).text(*branch.deleted ? " = true" : " = false");
  } else {
    writer.text("1 = 1");
  }
  if (!branch.only) return;
  writer.text(" AND t." + dialect.quoted(only_->name) + " = ").bind_as(*only_, *branch.only);
}

Statement OrphanTable::page(const Dialect& dialect, const OrphanBranch& branch,
                            const std::string& after, std::int64_t limit) const {
  SqlWriter writer(dialect);
  const auto& position = by_index_ ? *execution_ : *key_;
  const auto column = "t." + dialect.quoted(position.name);
  if (by_index_) {
    writer.text("SELECT DISTINCT " + column);
  } else {
    writer.text("SELECT " + dialect.as_cursor("t", position) + ", " +
                parent_key(dialect, step_->match));
  }
  write_walk(writer, branch);
  // An empty string comes before every id, and a comparison excludes NULL.
  if (by_index_ || !after.empty()) {
    writer.text(" AND " + column + " > ").bind_as(position, after);
  }
  return writer.text(" ORDER BY " + column + " LIMIT ").bind(limit).take();
}

Orphans OrphanTable::orphans(TextList positions, TextList executions) const {
  if (by_index_) return {.executions = std::move(executions)};
  return {.executions = std::move(executions), .rows = std::move(positions)};
}

TextList OrphanTable::stand_in_keys() const {
  if (key_->type != database::ColumnType::integer) return tasks::stand_in_keys(kExecutionsPerPage);
  TextList numbers;
  for (std::int64_t at = 0; at < kExecutionsPerPage; ++at) numbers.push_back(std::to_string(at));
  return numbers;
}

void OrphanTable::write_orphans(SqlWriter& writer, const OrphanBranch& branch,
                                const Orphans& orphans) const {
  const auto& dialect = writer.dialect();
  writer.text(" FROM ").table(*table_).text(" AS t WHERE ");
  selection_->write(writer, "t", branch.deleted);
  if (branch.only) {
    writer.text(" AND t." + dialect.quoted(only_->name) + " = ").bind_as(*only_, *branch.only);
  }
  if (!by_index_ || !orphans.rows.empty()) {
    writer.text(" AND ");
    dialect.any_of(writer, "t." + dialect.quoted(key_->name), *key_, orphans.rows);
  }
  writer.text(" AND ");
  dialect.any_of(writer, parent_key(dialect, step_->match),
                 execution_ == nullptr ? database::document_string() : *execution_,
                 orphans.executions);
}

Statement OrphanTable::count(const Dialect& dialect, const OrphanBranch& branch,
                             const Orphans& orphans) const {
  SqlWriter writer(dialect);
  const auto execution = dialect.letters(parent_key(dialect, step_->match));
  writer.text("SELECT " + execution + ", count(*)");
  write_orphans(writer, branch, orphans);
  return writer.text(" GROUP BY " + execution).take();
}

Statement OrphanTable::keys(const Dialect& dialect, const OrphanBranch& branch,
                            const Orphans& orphans, const TextList& kept,
                            std::int64_t limit) const {
  auto statement = found(dialect, branch, orphans, kept, limit);
  if (table_->can_lock) statement.sql.append(" ").append(dialect.lock_skipping_locked());
  return statement;
}

Statement OrphanTable::found(const Dialect& dialect, const OrphanBranch& branch,
                             const Orphans& orphans, const TextList& kept,
                             std::int64_t limit) const {
  SqlWriter writer(dialect);
  writer.text("SELECT " + dialect.as_cursor("t", *key_) + ", ");
  writer.text(dialect.letters(parent_key(dialect, step_->match)));
  write_orphans(writer, branch, orphans);
  if (!kept.empty()) {
    writer.text(" AND NOT ");
    dialect.any_of(writer, "t." + dialect.quoted(key_->name), *key_, kept);
  }
  return writer.text(" LIMIT ").bind(limit).take();
}

// Whether keys alone don't lead to the shard of their rows.
bool OrphanTable::needs_place() const {
  return spread() == Spread::by_execution && table_->sharding->column != key_->name;
}

void OrphanTable::write_place(SqlWriter& writer, const Orphans& orphans) const {
  if (!needs_place()) return;
  writer.text(" AND ");
  writer.dialect().any_of(writer, "t." + writer.dialect().quoted(execution_->name), *execution_,
                          orphans.executions);
}

Statement OrphanTable::deletion(const Dialect& dialect, const Orphans& orphans,
                                TextList keys) const {
  if (!needs_place()) return dialect.delete_by_keys(*table_, *key_, std::move(keys));
  SqlWriter writer(dialect);
  writer.text("DELETE FROM ").table(*table_).text(" AS t WHERE ");
  dialect.any_key(writer, "t", *table_, *key_, std::move(keys));
  write_place(writer, orphans);
  return writer.take();
}

Statement OrphanTable::remaining(const Dialect& dialect, const Orphans& orphans,
                                 TextList keys) const {
  SqlWriter writer(dialect);
  writer.text("SELECT " + dialect.as_cursor("t", *key_) + " FROM ").table(*table_);
  writer.text(" AS t WHERE ");
  dialect.any_of(writer, "t." + dialect.quoted(key_->name), *key_, std::move(keys));
  write_place(writer, orphans);
  return writer.take();
}

}  // namespace winnow::tasks

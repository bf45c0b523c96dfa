#include "tasks/selection/selection.h"

#include <algorithm>
#include <utility>

#include "database/count.h"
#include "outcome/try.h"
#include "tasks/selection/plan_check.h"
#include "tasks/selection/row_key.h"

namespace winnow::tasks {
namespace {

using database::Column;
using database::SqlWriter;
using database::TextList;

// By how much the clocks of the machines that wrote the two dates of a row may differ. Kestra ends
// a server whose heartbeats are a minute off (kestra.server.liveness); a day also covers a clock
// that was set to local time and taken for UTC, by then or since.
constexpr std::chrono::hours kClockSkew{24};

Outcome<void> check_columns(const database::Table& table, const Conjunction& conditions) {
  for (const auto& condition : conditions) {
    if (const auto* column = table.column(column_of(condition))) {
      WINNOW_CHECK(refuse_for(table, problem_of_spelling(*column)));
      continue;
    }
    const auto* one = std::get_if<OneOf>(&condition);
    const bool in_document =
        one != nullptr && !one->document.empty() && table.column("value") != nullptr;
    if (!in_document) WINNOW_CHECK(table.require(column_of(condition)));
  }
  return {};
}

// Compared by `=`.
bool is_one_value(const Condition& condition) {
  const auto* one = std::get_if<OneOf>(&condition);
  return one != nullptr && one->values.size() == 1 && one->patterns.empty() && !one->negated &&
         one->when_missing != one->values.front();
}

std::vector<std::optional<bool>> branches_of(const database::Table& table, bool with_deleted) {
  if (table.column("deleted") == nullptr) return {std::nullopt};
  if (with_deleted) return {false, true};
  return {false};
}

}  // namespace

Outcome<Selection> Selection::make(Scope scope, const database::Schema& schema) {
  WINNOW_TRY(const auto* table, schema.require(scope.table));
  for (const auto* column : {&scope.tenant_column, &scope.namespace_column}) {
    if (column->empty()) continue;
    WINNOW_TRY(const auto* found, table->require(*column));
    WINNOW_CHECK(refuse_for(*table, problem_of_spelling(*found)));
  }
  WINNOW_CHECK(check_columns(*table, scope.conditions));
  for (const auto& conditions : scope.except) WINNOW_CHECK(check_columns(*table, conditions));
  Selection selection;
  selection.table_ = table;
  selection.deleted_branches_ = branches_of(*table, scope.with_deleted);
  selection.scope_ = std::move(scope);
  return selection;
}

void Selection::write(SqlWriter& writer, std::string_view alias, std::optional<bool> deleted,
                      Certainty certainty, std::string_view column) const {
  ConditionWriter conditions(*table_, scope_, writer, alias, certainty);
  conditions.write_scope(deleted);
  conditions.write_conditions(column, namespaces_);
  const auto& name_space = scope_.namespace_column;
  if (!name_space.empty() && (column.empty() || column == name_space)) conditions.write_policy();
  if (column.empty()) conditions.write_except();
}

void Selection::write_part(SqlWriter& writer, std::string_view alias,
                           const std::vector<Part>& parts, Certainty certainty) const {
  ConditionWriter(*table_, scope_, writer, alias, certainty).write_part(parts);
}

Outcome<void> Selection::check(const std::vector<Part>& parts) const {
  for (const auto& part : parts) {
    WINNOW_CHECK(check_columns(*table_, part.match));
    WINNOW_CHECK(check_columns(*table_, part.terms));
  }
  return {};
}

void Selection::write_scope(SqlWriter& writer, std::string_view alias,
                            std::optional<bool> deleted) const {
  ConditionWriter(*table_, scope_, writer, alias, Certainty::all).write_scope(deleted);
}

bool Selection::has_wide_namespace() const {
  return !scope_.allow.empty() || wide_namespace().has_value();
}

std::vector<std::string> Selection::filter_columns() const {
  std::vector<std::string> columns;
  if (!scope_.namespace_column.empty() && has_wide_namespace()) {
    columns.push_back(scope_.namespace_column);
  }
  for (const auto& condition : scope_.conditions) {
    const auto& column = column_of(condition);
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
      columns.push_back(column);
    }
  }
  // What is left out is told by the whole row.
  if (!scope_.except.empty()) columns.emplace_back("value");
  return columns;
}

void Selection::write_implied(SqlWriter& writer, std::string_view alias,
                              const Column& order) const {
  for (const auto& condition : scope_.conditions) {
    const auto* bound = std::get_if<InstantBound>(&condition);
    if (bound == nullptr || bound->implies != order.name) continue;
    const auto skew = database::looks_back(bound->comparison) ? kClockSkew : -kClockSkew;
    writer.text(" AND ");
    writer.dialect().bound_instant(writer, alias, order, bound->comparison, bound->instant + skew);
  }
}

bool Selection::leaves_out_missing(const Column& column) const {
  return std::any_of(scope_.conditions.begin(), scope_.conditions.end(),
                     [&](const auto& condition) {
                       const auto* bound = std::get_if<InstantBound>(&condition);
                       return bound != nullptr && bound->column == column.name;
                     });
}

std::vector<std::string> Selection::scope_columns() const {
  std::vector<std::string> columns;
  if (deleted_branches_.front()) columns.emplace_back("deleted");
  if (!scope_.tenant_column.empty()) columns.push_back(scope_.tenant_column);
  return columns;
}

std::vector<std::string> Selection::equal_columns() const {
  std::vector<std::string> columns;
  for (const auto& condition : scope_.conditions) {
    const auto* within = std::get_if<InNamespace>(&condition);
    const bool exact = within != nullptr && within->exact;
    if (exact || std::holds_alternative<Equals>(condition) || is_one_value(condition)) {
      columns.push_back(column_of(condition));
    }
  }
  return columns;
}

// The place of the condition that means namespaces by a pattern.
std::optional<std::size_t> Selection::wide_namespace() const {
  for (std::size_t at = 0; at < scope_.conditions.size(); ++at) {
    const auto& condition = scope_.conditions[at];
    const auto* within = std::get_if<InNamespace>(&condition);
    if (within != nullptr && !within->exact) return at;
    const auto* one = std::get_if<OneOf>(&condition);
    if (one == nullptr || one->column != scope_.namespace_column || one->negated) continue;
    if (!one->patterns.empty()) return at;
  }
  return std::nullopt;
}

// Steps through the index from one namespace to the next, once for each value of `deleted`, and
// keeps those that the condition means.
database::Statement Selection::distinct_namespaces(const database::Dialect& dialect,
                                                   const Condition& condition) const {
  const auto column = dialect.quoted(column_of(condition));
  SqlWriter writer(dialect);
  const auto next = [&](std::optional<bool> deleted, std::string_view after) {
    writer.text("(SELECT t." + column + " FROM ").table(*table_).text(" AS t WHERE ");
    write_scope(writer, "t", deleted);
    writer.text(after).text(" ORDER BY t." + column + " LIMIT 1)");
  };
  writer.text("SELECT DISTINCT names.v FROM (");
  const char* separator = "";
  for (const auto& deleted : deleted_branches_) {
    writer.text(std::exchange(separator, " UNION ALL "));
    writer.text("SELECT * FROM (WITH RECURSIVE steps (v) AS (");
    next(deleted, "");
    writer.text(" UNION ALL SELECT ");
    next(deleted, " AND t." + column + " > steps.v");
    writer.text(" FROM steps WHERE steps.v IS NOT NULL) SELECT v FROM steps) AS walked");
  }
  writer.text(") AS names WHERE ");
  if (const auto* within = std::get_if<InNamespace>(&condition)) {
    write_itself_or_below(writer, "names.v", within->name_space);
  } else {
    write_values(writer, std::get<OneOf>(condition), "names.v",
                 *table_->column(column_of(condition)));
  }
  return writer.take();
}

Outcome<void> Selection::find_namespaces(database::Connection& connection) {
  const auto wide = wide_namespace();
  if (!wide || connection.dialect().starts_with_is_a_range()) return {};
  const auto& condition = scope_.conditions[*wide];
  const IndexNeed need{.table = table_, .scope = scope_columns(), .column = column_of(condition)};
  if (serving_index(need) == nullptr) return {};
  const auto lookup = distinct_namespaces(connection.dialect(), condition);
  WINNOW_TRY(auto found, connection.recall_texts(lookup));
  namespaces_ = FoundNamespaces{.condition = *wide, .names = std::move(found)};
  return {};
}

std::vector<Certainty> Selection::countable_parts(const database::Dialect& dialect) const {
  const auto open = std::count_if(
      scope_.conditions.begin(), scope_.conditions.end(), [&](const Condition& condition) {
        const auto* bound = std::get_if<InstantBound>(&condition);
        return bound != nullptr &&
               dialect.opens_documents(*table_->column(bound->column), bound->document);
      });
  if (open != 1) return {Certainty::all};
  return {Certainty::certain, Certainty::uncertain};
}

Outcome<std::int64_t> Selection::count_tenant(database::Connection& connection,
                                              std::int64_t most) const {
  return count_branches(connection, deleted_branches_, most,
                        [&](std::optional<bool> deleted, std::int64_t further) {
                          SqlWriter writer(connection.dialect());
                          writer.text("SELECT count(*) FROM (SELECT 1 AS one FROM ").table(*table_);
                          writer.text(" AS t WHERE ");
                          write_scope(writer, "t", deleted);
                          return writer.text(" LIMIT ").bind(further).text(") AS held").take();
                        });
}

Outcome<std::int64_t> count_branches(database::Connection& connection,
                                     std::span<const std::optional<bool>> branches,
                                     std::int64_t most, const CountStatement& statement) {
  std::int64_t rows = 0;
  for (const auto deleted : branches) {
    if (rows >= most) break;
    const auto further = most == kCountAll ? kCountAll : most - rows;
    WINNOW_TRY(const auto more, database::count_of(connection, statement(deleted, further)));
    rows += more;
  }
  return rows;
}

}  // namespace winnow::tasks

#include "tasks/selection/selection.h"

#include <algorithm>
#include <utility>

#include "database/count.h"
#include "outcome/try.h"
#include "tasks/selection/plan_check.h"

namespace winnow::tasks {
namespace {

using database::Column;
using database::SqlWriter;
using database::TextList;

// By how much the clocks of the machines that wrote the two dates of a row may differ. Kestra ends
// a server whose heartbeats are a minute off (kestra.server.liveness); a day also covers a clock
// that was set to local time and taken for UTC, by then or since.
constexpr std::chrono::hours kClockSkew{24};

std::string qualified_name(SqlWriter& writer, std::string_view alias, std::string_view column) {
  return std::string(alias) + "." + writer.dialect().quoted(column);
}

void write_itself_or_below(SqlWriter& writer, const std::string& column, const std::string& base) {
  writer.text("(" + column + " = ").bind(base).text(" OR ");
  writer.dialect().starts_with(writer, column, base + ".");
  writer.text(")");
}

void write_pattern(SqlWriter& writer, const std::string& column, const NamespacePattern& pattern) {
  switch (pattern.reach) {
    case NamespacePattern::Reach::everything:
      if (pattern.base.empty()) {
        writer.text("1 = 1");
        return;
      }
      write_itself_or_below(writer, column, pattern.base);
      return;
    case NamespacePattern::Reach::itself:
      writer.text(column + " = ").bind(pattern.base);
      return;
    case NamespacePattern::Reach::one_level:
      break;
  }
  // One level below: what follows `base.` has no dot of its own.
  const std::string rest =
      "substr(" + column + ", " + std::to_string(pattern.base.size() + 2) + ")";
  writer.text("(");
  writer.dialect().starts_with(writer, column, pattern.base + ".");
  writer.text(" AND replace(" + rest + ", '.', '') = " + rest + ")");
}

tl::unexpected<Failure> missing_column(const Scope& scope, const std::string& column) {
  return fail(FailureKind::schema, "table \"" + scope.table + "\" has no column \"" + column +
                                       "\", which this task needs");
}

std::vector<std::optional<bool>> branches_of(const database::Table& table, bool with_deleted) {
  if (table.column("deleted") == nullptr) return {std::nullopt};
  if (with_deleted) return {false, true};
  return {false};
}

}  // namespace

// Writes one condition after the other, each as ` AND ...`.
class Selection::Writer {
 public:
  Writer(const Selection& selection, SqlWriter& writer, std::string_view alias, Certainty certainty)
      : selection_(selection), writer_(writer), alias_(alias), certainty_(certainty) {}

  // What every statement of the task names.
  void write_scope(std::optional<bool> deleted) {
    // `deleted` leads Kestra's indexes: every statement names it where the table has it
    // (kestra-io/kestra#12181).
    if (deleted) {
      writer_.text(name("deleted") + (*deleted ? " = true" : " = false"));
    } else {
      writer_.text("1 = 1");
    }
    const auto& scope = selection_.scope_;
    if (scope.tenant_column.empty()) return;
    writer_.text(" AND " + name(scope.tenant_column));
    if (scope.tenant) {
      writer_.text(" = ").bind(*scope.tenant);
    } else {
      writer_.text(" IS NULL");
    }
  }

  void operator()(const Equals& equals) {
    if (!column(equals.column).can_hold(equals.value)) {
      writer_.text(" AND 1 = 0");
      return;
    }
    writer_.text(" AND " + name(equals.column) + " = ");
    writer_.bind_as(column(equals.column), equals.value);
  }

  void operator()(const AnyOf& any) {
    TextList known;
    std::copy_if(any.values.begin(), any.values.end(), std::back_inserter(known),
                 [&](const auto& value) { return column(any.column).can_hold(value); });
    writer_.text(" AND ");
    writer_.dialect().any_of(writer_, name(any.column), column(any.column), std::move(known));
  }

  // `_` and `%` are themselves, unlike in Kestra to 1.2 (kestra-io/kestra#16757, #16720).
  void operator()(const InNamespace& within) {
    writer_.text(" AND ");
    if (within.exact) {
      writer_.text(name(within.column) + " = ").bind(within.name_space);
    } else if (selection_.namespaces_) {
      writer_.dialect().any_of(writer_, name(within.column), column(within.column),
                               *selection_.namespaces_);
    } else {
      write_itself_or_below(writer_, name(within.column), within.name_space);
    }
  }

  void operator()(const InstantBound& bound) {
    const auto& dialect = writer_.dialect();
    const auto& dated = column(bound.column);
    writer_.text(" AND ");
    if (certainty_ == Certainty::possible) {
      return dialect.bound_instant(writer_, alias_, dated, bound.comparison, bound.instant);
    }
    if (certainty_ != Certainty::all && dialect.opens_documents(dated, bound.document)) {
      if (certainty_ == Certainty::uncertain) writer_.text("NOT ");
      dialect.certain_instant(writer_, alias_, dated, bound.comparison, bound.instant);
      if (certainty_ == Certainty::certain) return;
      writer_.text(" AND ");
    }
    dialect.compare_instant(writer_, alias_, dated, bound.document, bound.comparison,
                            bound.instant);
  }

  void operator()(const Presence& presence) {
    writer_.text(" AND " + name(presence.column) +
                 (presence.has_value ? " IS NOT NULL" : " IS NULL"));
  }

  void write_policy() {
    const auto& scope = selection_.scope_;
    const auto of = name(scope.namespace_column);
    const char* separator = " AND (";
    for (const auto& pattern : scope.allow) {
      writer_.text(std::exchange(separator, " OR "));
      write_pattern(writer_, of, NamespacePattern(pattern));
    }
    if (!scope.allow.empty()) writer_.text(")");
    for (const auto& pattern : scope.protect) {
      writer_.text(" AND NOT ");
      write_itself_or_below(writer_, of, NamespacePattern(pattern).base);
    }
  }

 private:
  std::string name(std::string_view column) { return qualified_name(writer_, alias_, column); }
  // make() has found it.
  const Column& column(std::string_view name) const { return *selection_.table_->column(name); }

  const Selection& selection_;
  SqlWriter& writer_;
  std::string_view alias_;
  Certainty certainty_;
};

Outcome<Selection> Selection::make(Scope scope, const database::Schema& schema) {
  WINNOW_TRY(const auto* table, schema.require(scope.table));
  for (const auto* column : {&scope.tenant_column, &scope.namespace_column}) {
    if (!column->empty() && table->column(*column) == nullptr) {
      return missing_column(scope, *column);
    }
  }
  for (const auto& condition : scope.conditions) {
    const auto& column = column_of(condition);
    if (table->column(column) == nullptr) return missing_column(scope, column);
  }
  Selection selection;
  selection.table_ = table;
  selection.deleted_branches_ = branches_of(*table, scope.with_deleted);
  selection.scope_ = std::move(scope);
  return selection;
}

void Selection::write(SqlWriter& writer, std::string_view alias, std::optional<bool> deleted,
                      Certainty certainty, std::string_view column) const {
  Writer conditions(*this, writer, alias, certainty);
  conditions.write_scope(deleted);
  for (const auto& condition : scope_.conditions) {
    if (column.empty() || column == column_of(condition)) std::visit(conditions, condition);
  }
  const auto& name_space = scope_.namespace_column;
  if (!name_space.empty() && (column.empty() || column == name_space)) conditions.write_policy();
}

void Selection::write_scope(SqlWriter& writer, std::string_view alias,
                            std::optional<bool> deleted) const {
  Writer(*this, writer, alias, Certainty::all).write_scope(deleted);
}

bool Selection::has_wide_namespace() const {
  return !scope_.allow.empty() || wide_namespace() != nullptr;
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
    if (exact || std::holds_alternative<Equals>(condition)) columns.push_back(column_of(condition));
  }
  return columns;
}

// The condition that means a namespace and all below it, or nullptr.
const InNamespace* Selection::wide_namespace() const {
  for (const auto& condition : scope_.conditions) {
    const auto* within = std::get_if<InNamespace>(&condition);
    if (within != nullptr && !within->exact) return within;
  }
  return nullptr;
}

// Steps through the index from one namespace to the next, once for each value of `deleted`, and
// keeps those that the condition means.
database::Statement Selection::distinct_namespaces(const database::Dialect& dialect,
                                                   const InNamespace& condition) const {
  const auto column = dialect.quoted(condition.column);
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
  write_itself_or_below(writer, "names.v", condition.name_space);
  return writer.take();
}

Outcome<void> Selection::find_namespaces(database::Connection& connection) {
  const auto* condition = wide_namespace();
  if (condition == nullptr || connection.dialect().starts_with_is_a_range()) return {};
  const IndexNeed need{.table = table_, .scope = scope_columns(), .column = condition->column};
  if (serving_index(need) == nullptr) return {};
  TextList found;
  WINNOW_CHECK(connection.query(distinct_namespaces(connection.dialect(), *condition),
                                [&found](const database::Row& row) {
                                  found.emplace_back(row.text(0).value_or(""));
                                  return true;
                                }));
  namespaces_ = std::move(found);
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

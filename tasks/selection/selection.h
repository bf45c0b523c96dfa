// Turns a Scope into SQL conditions: the only source of a task's WHERE clause, for listing, purge,
// plan and dry run.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "database/connection.h"
#include "database/dialect.h"
#include "database/schema.h"
#include "tasks/selection/condition_writer.h"
#include "tasks/selection/parts.h"
#include "tasks/selection/scope.h"

namespace winnow::tasks {

// The schema must outlive a Selection.
class Selection {
 public:
  // Finds every column of the scope in the probed table. A missing one is a schema failure that
  // names it.
  static Outcome<Selection> make(Scope scope, const database::Schema& schema);

  // The selected values of `deleted`, each for a separate branch or statement
  // (kestra-io/kestra#12181, docs/measurements.md): {false}, {false, true}, or one nullopt if the
  // probed table has no such column.
  const std::vector<std::optional<bool>>& deleted_branches() const { return deleted_branches_; }

  // Looks up the namespaces of a condition if the server can't use a range for them, so that an
  // index finds the rows of a rare one: one round trip and as many steps in the index as there are
  // namespaces. Does nothing if it would not help. Namespaces created after the lookup are not
  // included.
  Outcome<void> find_namespaces(database::Connection& connection);

  // Writes the conditions, joined by AND and without WHERE, for one value of `deleted`. Columns are
  // written with `alias.` before them. Never empty. With `column` only the conditions on that
  // column, and those of every statement of the task.
  void write(database::SqlWriter& writer, std::string_view alias, std::optional<bool> deleted,
             Certainty certainty = Certainty::all, std::string_view column = {}) const;

  // Writes an expression: the number of the row's part, or NULL. `certainty` applies to the parts'
  // terms, not to their matches.
  void write_part(database::SqlWriter& writer, std::string_view alias,
                  const std::vector<Part>& parts, Certainty certainty) const;
  // Finds every column of the parts; fails like make().
  Outcome<void> check(const std::vector<Part>& parts) const;

  // The conditions of every statement of the task: `deleted` and the tenant.
  void write_scope(database::SqlWriter& writer, std::string_view alias,
                   std::optional<bool> deleted) const;

  // The parts to count separately: two if the column of a single date is not decisive.
  std::vector<Certainty> countable_parts(const database::Dialect& dialect) const;

  // Writes ` AND ...`, or nothing: the implied bound on the column of the order. A manifest says
  // that no finished execution started after it ended (`implies`), so the index of one date serves
  // a bound on the other too (docs/measurements.md: 11 s to 8 ms). Applies to rows with a value in
  // that column. The bound is wider by kClockSkew.
  void write_implied(database::SqlWriter& writer, std::string_view alias,
                     const database::Column& order) const;

  // Whether the selection excludes rows without a value in the column, because of a bound on it.
  bool leaves_out_missing(const database::Column& column) const;

  // The columns that write() uses besides scope_columns(), each once. That of a namespace comes
  // first if namespaces below it are included.
  std::vector<std::string> filter_columns() const;
  bool has_wide_namespace() const;

  // The columns that write() compares with one value each, with which an index should begin: those
  // of every statement of the task (deleted, tenant), and those of this selection's conditions.
  std::vector<std::string> scope_columns() const;
  std::vector<std::string> equal_columns() const;

  // How many rows the tenant has in the table, selected or not; counted no further than `most`.
  Outcome<std::int64_t> count_tenant(database::Connection& connection, std::int64_t most) const;

  const database::Table& table() const { return *table_; }
  const Scope& scope() const { return scope_; }

 private:
  Selection() = default;
  std::optional<std::size_t> wide_namespace() const;
  database::Statement distinct_namespaces(const database::Dialect& dialect,
                                          const Condition& condition) const;

  Scope scope_;
  const database::Table* table_ = nullptr;
  std::vector<std::optional<bool>> deleted_branches_;
  // The namespaces of the wide condition, if they were looked up.
  std::optional<FoundNamespaces> namespaces_;
};

// Counts rows of all these values of `deleted`, with one statement each, up to `most` in total
// (kCountAll: no limit). Each statement may stop at the limit that it is given.
inline constexpr std::int64_t kCountAll = std::numeric_limits<std::int64_t>::max();
using CountStatement =
    std::function<database::Statement(std::optional<bool> deleted, std::int64_t most)>;
Outcome<std::int64_t> count_branches(database::Connection& connection,
                                     std::span<const std::optional<bool>> branches,
                                     std::int64_t most, const CountStatement& statement);

}  // namespace winnow::tasks

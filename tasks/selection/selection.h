// Turns a Scope into SQL conditions: the one place where a task's WHERE clause comes from. Listing,
// purge, plan and dry run share it.
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
  // Finds every column that the scope names in the probed table. One that is missing is a schema
  // failure that names it.
  static Outcome<Selection> make(Scope scope, const database::Schema& schema);

  // The values of `deleted` that count, each to be a branch or a statement of its own
  // (kestra-io/kestra#12181, docs/measurements.md): {false}, {false, true}, or one nullopt where
  // the probed table has no such column.
  const std::vector<std::optional<bool>>& deleted_branches() const { return deleted_branches_; }

  // Looks up the namespaces that a condition means, where the server can make no range of them, so
  // that an index finds the rows of a rare one: one round trip and as many steps in the index as
  // there are namespaces. Does nothing where it would not help. Namespaces created after the lookup
  // are not included.
  Outcome<void> find_namespaces(database::Connection& connection);

  // Writes the conditions, joined by AND and without WHERE, for one value of `deleted`. Columns are
  // written with `alias.` before them. Never empty.
  // With `column` only those on that column, and those of every statement of the task.
  void write(database::SqlWriter& writer, std::string_view alias, std::optional<bool> deleted,
             Certainty certainty = Certainty::all, std::string_view column = {}) const;

  // Writes an expression: the number of the part that the row is one of, NULL where it is of none.
  // Of the parts' terms as much as `certainty` says, of their matches all.
  void write_part(database::SqlWriter& writer, std::string_view alias,
                  const std::vector<Part>& parts, Certainty certainty) const;
  // Finds every column that the parts name; fails as make() does.
  Outcome<void> check(const std::vector<Part>& parts) const;

  // The part of it that every statement of the task has: `deleted` and the tenant.
  void write_scope(database::SqlWriter& writer, std::string_view alias,
                   std::optional<bool> deleted) const;

  // The parts to count one by one: two where a single date can't tell by its column.
  std::vector<Certainty> countable_parts(const database::Dialect& dialect) const;

  // Writes ` AND ...`, or nothing: what follows from the conditions for the column that orders the
  // rows. A manifest says that no finished execution started after it ended (`implies`), so that
  // the index of one date serves a bound on the other too (docs/measurements.md: 11 s to 8 ms).
  // Holds for rows that have a value in that column. The bound is wider by kClockSkew.
  void write_implied(database::SqlWriter& writer, std::string_view alias,
                     const database::Column& order) const;

  // Whether no row without a value in the column is one of those: a bound on it leaves them out.
  bool leaves_out_missing(const database::Column& column) const;

  // The columns that write() names beside scope_columns(), each once. A namespace's comes first
  // where the namespaces below it count too.
  std::vector<std::string> filter_columns() const;
  bool has_wide_namespace() const;

  // The columns that write() compares with one value each, for an index to begin with: those of
  // every statement of the task (deleted, tenant), and those of this selection's conditions.
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
  // What the wide namespace means, where it was looked up.
  std::optional<FoundNamespaces> namespaces_;
};

// Rows of all these values of `deleted`, counted by a statement each, as far as `most` in all
// (kCountAll: without an end). The statement may count no further than it is told.
inline constexpr std::int64_t kCountAll = std::numeric_limits<std::int64_t>::max();
using CountStatement =
    std::function<database::Statement(std::optional<bool> deleted, std::int64_t most)>;
Outcome<std::int64_t> count_branches(database::Connection& connection,
                                     std::span<const std::optional<bool>> branches,
                                     std::int64_t most, const CountStatement& statement);

}  // namespace winnow::tasks

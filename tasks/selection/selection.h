// Which rows a task means: turns a manifest's filters, the parameters' values and the operator's
// policy into conditions. The one place where a WHERE clause of a task comes from; listing, purge,
// plan and dry run share it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "database/connection.h"
#include "database/dialect.h"
#include "database/schema.h"
#include "tasks/manifest.h"
#include "tasks/task.h"

namespace winnow::tasks {

// What can be refused without a database: dates that are none (invalid_parameter), a tenant or a
// namespace that the policy keeps from this task (denied). Each failure points at its parameter.
Outcome<void> check_selection(const Manifest& manifest, const Json& parameters,
                              const Policy& policy);

// The tenant that a task works in: parameter `tenant` if the policy has it, else the policy's
// first. Denied otherwise.
Outcome<std::optional<std::string>> chosen_tenant(const Json& parameters, const Policy& policy);

// Whether the policy lets a task remove what belongs to this namespace.
bool may_remove(const Policy& policy, std::string_view name_space);

// Rows of which a bound on a date is certain by the column alone, and those of which only the
// document can tell (Dialect::opens_documents): apart, so that a count needs no row of the former.
// `possible`: all that the columns don't rule out; no document is opened, and some rows too many are met.
enum class Certainty { all, certain, uncertain, possible };

// The manifest, the parameters, the policy and the schema must outlive a Selection.
class Selection {
 public:
  // Finds every column that the filters name in the probed table; one that is missing is a schema
  // failure that names it.
  static Outcome<Selection> make(const Manifest& manifest, const Json& parameters,
                                 const Policy& policy, const database::Schema& schema);

  // The values of `deleted` that count, each to be a branch or a statement of its own (PR 12181,
  // measurements.md): {false}, {false, true}, or one nullopt where the probed table has no such
  // column.
  const std::vector<std::optional<bool>>& deleted_branches() const { return deleted_branches_; }

  // Looks the namespaces up that a filter means, where the server can make no range of them, so that
  // an index finds the rows of a rare one: one round trip and as many steps in the index as there are
  // namespaces. Does nothing where it would not help. A namespace that comes up later is not met.
  Outcome<void> find_namespaces(database::Connection& connection);

  // Writes the conditions, joined by AND and without WHERE, for one value of `deleted`. Columns are
  // written with `alias.` before them. Never empty.
  // With `column` only those on that column, and those of every statement of the task.
  void write(database::SqlWriter& writer, std::string_view alias, std::optional<bool> deleted,
             Certainty certainty = Certainty::all, std::string_view column = {}) const;

  // The parts to count one by one: two where a single date can't tell by its column.
  std::vector<Certainty> countable_parts(const database::Dialect& dialect) const;

  // What follows from the conditions for the column that orders the rows, written as ` AND ...` or
  // not at all: a manifest says that no finished execution started after it ended (`implies`), so
  // that the index of one date serves a bound on the other too (measurements.md: 11 s to 8 ms).
  // Holds for rows that have a value in that column. The bound is wider by kClockSkew.
  void write_implied(database::SqlWriter& writer, std::string_view alias,
                     const database::Column& order) const;

  // The columns that write() names beside scope_columns(), each once; a namespace's comes first where
  // it means what lies below too.
  std::vector<std::string> filter_columns() const;
  bool has_wide_namespace() const;

  // The columns that write() compares with one value each, for an index to begin with: those of
  // every statement of the task (deleted, tenant), and those of this selection's filters.
  std::vector<std::string> scope_columns() const;
  std::vector<std::string> equal_columns() const;

  const database::Table& table() const { return *table_; }

 private:
  Selection() = default;
  void write_filter(database::SqlWriter& writer, std::string_view alias,
                    const ParameterSpec& parameter, Certainty certainty) const;
  void write_instant(database::SqlWriter& writer, std::string_view alias, const Filter& filter,
                     database::Instant instant, Certainty certainty) const;
  void write_policy(database::SqlWriter& writer, std::string_view alias) const;
  void write_scope(database::SqlWriter& writer, std::string_view alias,
                   std::optional<bool> deleted) const;
  const ParameterSpec* wide_namespace_filter() const;
  database::Statement distinct_namespaces(const database::Dialect& dialect,
                                          const ParameterSpec& parameter) const;

  const Manifest* manifest_ = nullptr;
  const Json* parameters_ = nullptr;
  const Policy* policy_ = nullptr;
  const database::Table* table_ = nullptr;
  std::optional<std::string> tenant_;
  std::vector<std::optional<bool>> deleted_branches_;
  std::optional<database::TextList> namespaces_;  // what the filter means, where it was looked up
};

}  // namespace winnow::tasks

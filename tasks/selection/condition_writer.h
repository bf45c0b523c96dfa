// Writes the conditions of a scope as SQL, one after the other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "database/dialect.h"
#include "tasks/selection/parts.h"
#include "tasks/selection/scope.h"

namespace winnow::tasks {

// Separates rows for which the column alone decides about a bound on a date from those for which
// only the document does (Dialect::opens_documents), so that a count reads none of the former.
// `possible`: all rows that the columns don't exclude, except those for which both the column and
// the document are outside the bound. It opens no document of a row whose column is within the
// bound, and so may include some rows too many (Dialect::likely_instant).
enum class Certainty { all, certain, uncertain, possible };

// The namespaces of a condition, if they were looked up.
struct FoundNamespaces {
  // The index of the condition in the scope.
  std::size_t condition = 0;
  database::TextList names = {};
};

// `column` is the text or begins with it and a dot, by the database's comparison.
void write_itself_or_below(database::SqlWriter& writer, const std::string& column,
                           const std::string& base);
// Whether the expression, of this column, has one of the values or matches a pattern. NULL if it
// has no value and there is no `when_missing`.
void write_values(database::SqlWriter& writer, const OneOf& one, const std::string& expression,
                  const database::Column& column);

// Writes each condition as ` AND ...`. The table has every column of the scope; it, the scope and
// the SqlWriter must outlive the writer. Columns are written with `alias.` before them.
class ConditionWriter {
 public:
  ConditionWriter(const database::Table& table, const Scope& scope, database::SqlWriter& writer,
                  std::string_view alias, Certainty certainty)
      : table_(table), scope_(scope), writer_(writer), alias_(alias), certainty_(certainty) {}

  // The conditions of every statement of the task, without a leading AND: one value of `deleted`,
  // the tenant.
  void write_scope(std::optional<bool> deleted);
  // The scope's conditions; with `column` only those on that column.
  void write_conditions(std::string_view column, const std::optional<FoundNamespaces>& found);
  void write_policy();
  // NULL in it counts as false.
  void write_except();
  // See Selection::write_part().
  void write_part(const std::vector<Part>& parts);

  void operator()(const Equals& equals);
  void operator()(const AnyOf& any);
  void operator()(const OneOf& one);
  void operator()(const HasLabel& label);
  void operator()(const InNamespace& within);
  void operator()(const InstantBound& bound);
  void operator()(const Presence& presence);

 private:
  std::string name(std::string_view column) const;
  const database::Column& column(std::string_view name) const { return *table_.column(name); }

  const database::Table& table_;
  const Scope& scope_;
  database::SqlWriter& writer_;
  std::string_view alias_;
  Certainty certainty_;
};

}  // namespace winnow::tasks

// Writes the conditions of a scope as SQL, one after the other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "database/dialect.h"
#include "tasks/selection/parts.h"
#include "tasks/selection/scope.h"

namespace winnow::tasks {

// Rows for which a bound on a date is certain by the column alone, and those for which only the
// document can tell (Dialect::opens_documents): apart, so that a count reads no row of the former.
// `possible`: all that the columns don't rule out, but for rows of which a column denies it and the
// document too. Of a row that its column affirms no document is opened, and it may be one too many.
enum class Certainty { all, certain, uncertain, possible };

// The namespaces that a condition means, where they were looked up.
struct FoundNamespaces {
  // Which one, by its place in the scope.
  std::size_t condition = 0;
  database::TextList names = {};
};

// `column` is the text or begins with it and a dot, as the database compares.
void write_itself_or_below(database::SqlWriter& writer, const std::string& column,
                           const std::string& base);
// Whether the expression, of this column, has one of the values or fits a pattern. NULL where it
// has no value and no value is meant by that.
void write_values(database::SqlWriter& writer, const OneOf& one, const std::string& expression,
                  const database::Column& column);

// Each condition as ` AND ...`. The table has every column of the scope, and outlives the writer as
// the scope and the SqlWriter do. Columns are written with `alias.` before them.
class ConditionWriter {
 public:
  ConditionWriter(const database::Table& table, const Scope& scope, database::SqlWriter& writer,
                  std::string_view alias, Certainty certainty)
      : table_(table), scope_(scope), writer_(writer), alias_(alias), certainty_(certainty) {}

  // What every statement of the task names, without AND before it: one value of `deleted`, the
  // tenant.
  void write_scope(std::optional<bool> deleted);
  // The scope's conditions; with `column` those on that column only.
  void write_conditions(std::string_view column, const std::optional<FoundNamespaces>& found);
  void write_policy();
  // What may be NULL in it counts as false.
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

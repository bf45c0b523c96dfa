// The SQL that finds the parents and children of executions (families.h).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "database/connection.h"
#include "database/dialect.h"
#include "tasks/selection/flow_of.h"
#include "tasks/selection/plan_check.h"
#include "tasks/selection/selection.h"

namespace winnow::tasks {

// The conditions for a family.
struct FamilyTerms {
  // What the filters select, and which executions may be deleted with their root
  // (scope_of_members()).
  Scope selected;
  Scope members;
  AnyOf ended;
  // The column whose presence of a value is reported with each execution; or empty.
  std::string split = {};
};

// An execution as a member of its family.
struct Relative {
  std::string key;
  std::shared_ptr<const FlowOf> of = {};
  std::optional<bool> deleted = {};
  // Empty: it has none.
  std::string parent = {};
  std::string state = {};
  // Whether the filters select it, and whether it may be deleted with its root.
  bool selected = false;
  bool may_go = false;
  bool has_split_value = false;
  // Its depth below its root, if known.
  int level = 0;
};

class FamilyStatements {
 public:
  // The schema and the dialect must outlive it. A schema failure if a column is missing.
  static Outcome<FamilyStatements> make(FamilyTerms terms, const database::Schema& schema,
                                        const database::Dialect& dialect);

  // The executions with these keys.
  database::Statement by_keys(database::TextList keys) const;
  // The executions whose parent is one of these, with one statement per value of `deleted` and per
  // column that names a parent.
  std::vector<database::Statement> children(const database::TextList& parents) const;
  // A row of either.
  Relative read(const database::Row& row) const;
  // Locks those of the descendants that may still be deleted, and returns their keys. Skips those
  // that others have locked.
  database::Statement lock(database::TextList keys) const;

  const std::vector<std::string>& states() const { return states_; }
  // The statements for so many keys, and the index that serves each.
  std::vector<PlannedStatement> planned(const database::TextList& keys) const;
  PlannedStatement planned_lock(database::TextList keys) const;

 private:
  FamilyStatements(Selection selected, Selection members, const database::Dialect& dialect)
      : selected_(std::move(selected)), members_(std::move(members)), dialect_(&dialect) {}
  const database::Table& table() const { return selected_.table(); }
  std::string column(std::string_view name) const;
  void write_select(database::SqlWriter& writer) const;
  void write_flag(database::SqlWriter& writer, const Selection& selection) const;
  database::Statement children_by(const std::string& parent, std::optional<bool> deleted,
                                  database::TextList parents) const;

  Selection selected_;
  // Includes rows that are marked deleted, whatever is selected.
  Selection members_;
  const database::Dialect* dialect_;
  // Empty: executions are counted together.
  std::string split_;
  std::string state_;
  std::vector<std::string> states_;
  // Columns that name a parent.
  std::vector<std::string> parents_;
};

}  // namespace winnow::tasks

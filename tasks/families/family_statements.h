// The SQL by which the parents and the children of executions are found (families.h).
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

// What a family is looked for by.
struct FamilyTerms {
  // What the filters select, and what may go with its root (scope_of_members()).
  Scope selected;
  Scope members;
  AnyOf ended;
  // Whether executions have a value in this column is told with them; or empty.
  std::string split = {};
};

// An execution as its family sees it.
struct Relative {
  std::string key;
  std::shared_ptr<const FlowOf> of = {};
  std::optional<bool> deleted = {};
  // Empty: it has none.
  std::string parent = {};
  std::string state = {};
  // Whether the filters select it, and whether it may go with its root.
  bool selected = false;
  bool may_go = false;
  bool has_split_value = false;
  // How far below its root it is, where that is known.
  int level = 0;
};

class FamilyStatements {
 public:
  // The schema and the dialect must outlive it. A schema failure where a column is missing.
  static Outcome<FamilyStatements> make(FamilyTerms terms, const database::Schema& schema,
                                        const database::Dialect& dialect);

  // The executions with these keys.
  database::Statement by_keys(database::TextList keys) const;
  // The executions whose parent is one of these, in one statement for each value of `deleted` and
  // each column that leads to a parent.
  std::vector<database::Statement> children(const database::TextList& parents) const;
  // A row of either.
  Relative read(const database::Row& row) const;
  // Locks those of the descendants that may still go, and gives their keys. Those that others hold
  // are passed over.
  database::Statement lock(database::TextList keys) const;

  const std::vector<std::string>& states() const { return states_; }
  // What a look at so many keys sends, and the index that leads to it.
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
  // It counts rows that are marked deleted, whatever is selected.
  Selection members_;
  const database::Dialect* dialect_;
  // Empty: executions are counted together.
  std::string split_;
  std::string state_;
  std::vector<std::string> states_;
  // Columns that lead to a parent.
  std::vector<std::string> parents_;
};

}  // namespace winnow::tasks

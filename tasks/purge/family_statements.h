// The SQL by which a purge finds the parents and the children of executions (families.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "database/connection.h"
#include "database/dialect.h"
#include "tasks/purge/batch.h"
#include "tasks/purge/request.h"
#include "tasks/purge/steps.h"
#include "tasks/selection/plan_check.h"
#include "tasks/selection/selection.h"

namespace winnow::tasks {

// An execution as its family sees it.
struct Relative {
  BatchRow row;
  std::optional<bool> deleted = {};
  // Empty: it has none.
  std::string parent = {};
  std::string state = {};
  // Whether the purge selects it, and whether it may go with its root.
  bool selected = false;
  bool may_go = false;
};

class FamilyStatements {
 public:
  // The schema and the dialect must outlive it. A schema failure where a column is missing. The
  // request has `members`.
  static Outcome<FamilyStatements> make(const PurgeRequest& request, const PurgeSteps& steps,
                                        const database::Schema& schema,
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
  database::Statement lock(const std::vector<BatchRow>& rows) const;

  const std::vector<std::string>& states() const { return states_; }
  // What a batch of these keys sends, and the index that leads to it.
  std::vector<PlannedStatement> planned(const std::vector<BatchRow>& rows, bool locks) const;

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

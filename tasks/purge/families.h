// Executions with those that their subflow tasks began (the parameter withChildren): they go together,
// or none of them does.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "database/connection.h"
#include "tasks/purge/batch.h"
#include "tasks/purge/family_statements.h"
#include "tasks/selection/newest.h"

namespace winnow::tasks {

// A family is a root, an execution whose parent does not exist, and all that descends from it. The
// child of an execution names it in `trigger.variables.executionId`, and its trigger's type is a task
// that runs subflows. What a Flow trigger began names an execution there too: that is no child.
// In Kestra 2.0 an iteration of a Loop task is a child by its `parentId`. Thread-safe.
class Families {
 public:
  // A larger family stays: what is known of it is in memory.
  static constexpr std::size_t kLargest = 100'000;
  // So are the families of one batch. Fewer roots are looked at where they have more.
  static constexpr std::size_t kMostAtOnce = 50'000;
  static constexpr int kDeepest = 10'000;

  // `newest` may be nullptr; it must outlive it.
  Families(FamilyStatements statements, NewestOfFlows* newest)
      : statements_(std::move(statements)), newest_(newest) {}

  // Puts, in place of selected rows, the families that may go: those of the rows that are roots. What
  // has a parent goes or stays with its root. Rows whose family stays are noted in the batch. Outside
  // of a transaction. Blames the number of rows where their families are too many to be looked at
  // together; the batch is as it was then.
  Outcome<void> complete(database::Connection& connection, Batch& batch) const;

  // Inside the transaction that locked these rows: those of whose families no other child has come.
  Outcome<std::vector<BatchRow>> closed(database::Connection& connection,
                                        std::vector<BatchRow> rows) const;

  const FamilyStatements& statements() const { return statements_; }

 private:
  using Kin = std::map<std::string, Relative, std::less<>>;
  struct Family;
  using Take = std::function<void(Relative relative)>;

  Outcome<void> climb(database::Connection& connection, const Batch& batch, Kin& kin) const;
  Outcome<std::vector<Family>> descend(database::Connection& connection,
                                       std::vector<Relative> roots) const;
  Outcome<void> read_children(database::Connection& connection, const database::TextList& parents,
                              const Take& take) const;
  Outcome<std::string> why_it_stays(database::Connection& connection, const Family& family) const;
  Outcome<std::string> why_beside(database::Connection& connection, const Kin& kin,
                                  const std::string& root) const;
  Outcome<bool> keeps(database::Connection& connection, const Relative& relative) const;
  Outcome<void> keep(database::Connection& connection, const Family& family, std::string why,
                     Batch& batch) const;

  FamilyStatements statements_;
  NewestOfFlows* newest_;
};

}  // namespace winnow::tasks

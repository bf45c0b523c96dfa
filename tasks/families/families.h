// Executions with those that their subflow tasks started (the parameter withChildren): a purge
// deletes all of them or none, and a listing shows them.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "database/connection.h"
#include "tasks/families/family_statements.h"
#include "tasks/selection/newest.h"

namespace winnow::tasks {

struct Family {
  // The root first, level by level.
  std::vector<Relative> rows;
  // Why one of its children keeps the whole family; empty: none does. `kept_by`: the index of that
  // child in `rows`, or 0 for the family itself.
  std::string stays = {};
  std::size_t kept_by = 0;
  // If the family stays: how many of its rows are selected.
  std::int64_t selected = 0;

  const Relative& root() const { return rows.front(); }
};

// The result for rows that the filters select.
struct FamiliesOfRows {
  // The families of those that are roots.
  std::vector<Family> families;
  // Keys of the others whose root is not selected, each with the reason.
  std::vector<std::pair<std::string, std::string>> beside;
};

// A family is a root, which is an execution without an existing parent, and all of its descendants.
// A child names its parent in `trigger.variables.executionId`, and its trigger's type is a task
// that runs subflows. An execution started by a Flow trigger also names an execution there, but is
// not a child. In Kestra 2.0 an iteration of a Loop task is a child by its `parentId`. Each
// function handles many rows at once, outside a transaction. Thread-safe.
class Families {
 public:
  // A larger family stays, because its rows are kept in memory.
  static constexpr std::size_t kLargest = 100'000;
  // The limit for rows that are handled together, for the same reason.
  static constexpr std::size_t kMostAtOnce = 50'000;
  static constexpr int kDeepest = 10'000;
  // Keys per lookup.
  static constexpr std::size_t kKeysAtOnce = 1'000;

  using Take = std::function<void(Relative relative)>;

  // `newest` may be nullptr; it must outlive it.
  Families(FamilyStatements statements, NewestOfFlows* newest)
      : statements_(std::move(statements)), newest_(newest) {}

  // Rows that were deleted meanwhile are left out. Blames the number of rows if their families are
  // too big to be handled together.
  Outcome<FamiliesOfRows> of(database::Connection& connection,
                             const database::TextList& keys) const;

  // Those of these rows that are roots, in order.
  Outcome<std::vector<Relative>> roots(database::Connection& connection,
                                       const database::TextList& keys) const;
  // Their families, in order. Fails like of().
  Outcome<std::vector<Family>> of_roots(database::Connection& connection,
                                        std::vector<Relative> roots) const;

  Outcome<void> read_children(database::Connection& connection, const database::TextList& parents,
                              const Take& take) const;

  const FamilyStatements& statements() const { return statements_; }

 private:
  using Kin = std::map<std::string, Relative, std::less<>>;
  struct Descent;

  Outcome<Kin> climb(database::Connection& connection, const database::TextList& keys,
                     int levels) const;
  Outcome<std::vector<Descent>> descend(database::Connection& connection,
                                        std::vector<Relative> roots) const;
  Outcome<void> judge(database::Connection& connection, Descent& descent) const;
  Outcome<std::string> why_beside(database::Connection& connection, const Kin& kin,
                                  const std::string& key) const;
  Outcome<bool> keeps(database::Connection& connection, const Relative& relative) const;
  Outcome<std::int64_t> count_selected(database::Connection& connection,
                                       const Family& family) const;

  FamilyStatements statements_;
  NewestOfFlows* newest_;
};

}  // namespace winnow::tasks

// Executions with those that their subflow tasks began (the parameter withChildren): a purge takes
// them together or leaves them all, and a listing shows them.
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
  // Why one of its children keeps all of it; empty: none does. `kept_by`: its place among the rows,
  // or 0 where it is the family itself.
  std::string stays = {};
  std::size_t kept_by = 0;
  // Where it stays: how many of its rows would go by themselves.
  std::int64_t selected = 0;

  const Relative& root() const { return rows.front(); }
};

// What becomes of rows that the filters select.
struct FamiliesOfRows {
  // Of those that are roots.
  std::vector<Family> families;
  // Keys of the others whose root is not selected, each with what is the matter.
  std::vector<std::pair<std::string, std::string>> beside;
};

// A family is a root, an execution whose parent does not exist, and all that descends from it. The
// child of an execution names it in `trigger.variables.executionId`, and its trigger's type is a
// task that runs subflows. What a Flow trigger began names an execution there too: that is no
// child. In Kestra 2.0 an iteration of a Loop task is a child by its `parentId`. Each function asks
// for many rows at once, outside of a transaction. Thread-safe.
class Families {
 public:
  // A larger family stays: what is known of it is in memory.
  static constexpr std::size_t kLargest = 100'000;
  // So are those that are looked at together.
  static constexpr std::size_t kMostAtOnce = 50'000;
  static constexpr int kDeepest = 10'000;
  // Keys of one lookup.
  static constexpr std::size_t kKeysAtOnce = 1'000;

  using Take = std::function<void(Relative relative)>;

  // `newest` may be nullptr; it must outlive it.
  Families(FamilyStatements statements, NewestOfFlows* newest)
      : statements_(std::move(statements)), newest_(newest) {}

  // A row that went meanwhile is left out. Blames the number of rows where their families are too
  // many to be looked at together.
  Outcome<FamiliesOfRows> of(database::Connection& connection,
                             const database::TextList& keys) const;

  // Those of these rows that are roots, in order.
  Outcome<std::vector<Relative>> roots(database::Connection& connection,
                                       const database::TextList& keys) const;
  // Their families, in order. Fails as of() does.
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

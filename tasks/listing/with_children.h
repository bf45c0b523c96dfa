// The rows of a listing as families (the parameter withChildren): only roots, each with the
// executions that a purge deletes with it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "database/connection.h"
#include "tasks/families/families.h"
#include "tasks/selection/policy.h"

namespace winnow::tasks {

// The last members of such a listing's rows: `children`, `childrenCount` and `stays`.
class Children {
 public:
  // The maximum number of children that are shown.
  static constexpr std::size_t kShown = 100;
  enum class Look { whole_families, roots_alone };

  // The policy must outlive it: children in other namespaces than it allows are counted, not shown.
  Children(Families families, Look look, const Policy& policy)
      : families_(std::move(families)), look_(look), policy_(&policy) {}

  struct OfRow {
    std::string key;
    // The JSON members, without braces; empty with roots_alone.
    std::string members = {};
  };
  // For those of the rows with these keys that are roots, in order. Fails like Families::of().
  Outcome<std::vector<OfRow>> of(database::Connection& connection,
                                 const database::TextList& keys) const;

  // The statements for this many rows.
  std::vector<PlannedStatement> planned(std::int64_t rows) const;

 private:
  Json children_of(const Family& family) const;
  std::string why_it_stays(const Family& family) const;

  Families families_;
  Look look_;
  const Policy* policy_;
};

}  // namespace winnow::tasks

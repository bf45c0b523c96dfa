// The policy's limits on how much one run may remove, checked before it removes anything.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "outcome/failure.h"
#include "tasks/selection/policy.h"

namespace winnow::tasks {

class RemovalLimits {
 public:
  // `what` is counted, for messages: "executions", "rows of table \"logs\"".
  RemovalLimits(const Policy& policy, std::string what)
      : most_(policy.max_executions), percent_(policy.max_percent), what_(std::move(what)) {}

  bool any() const { return most_ || percent_; }
  // What would go has to be counted no further than this.
  std::int64_t count_up_to() const;

  // A `limit` failure where more would go than `policy.max-executions` has.
  Outcome<void> check_number(std::int64_t going) const;
  // The same for `policy.max-percent` of what there is. `count_all` counts that, no further than it
  // is told: the answer is exact, and a small purge of a big table counts little of it.
  using Count = std::function<Outcome<std::int64_t>(std::int64_t most)>;
  Outcome<void> check_share(std::int64_t going, const Count& count_all) const;

 private:
  std::optional<std::int64_t> most_;
  std::optional<double> percent_;
  std::string what_;
};

}  // namespace winnow::tasks

// The limits on how much one run may remove, the policy's and the task's own: checked before it
// removes anything, and held in every batch.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "document/yaml.h"
#include "outcome/failure.h"
#include "tasks/selection/policy.h"

namespace winnow::tasks {

// What a task asks for: `maxRows` and `maxPercent`.
struct RemovalWishes {
  std::optional<std::int64_t> rows = {};
  std::optional<double> percent = {};
  // What the plan allows that the run is held to (`expectPlan`).
  std::optional<std::int64_t> planned = {};
};
// `parameters` fit the manifest's schema.
RemovalWishes wanted_limits(const document::Json& parameters);

// A larger batchSize is lowered to this, with a word in `notes`.
constexpr std::int64_t kLargestBatch = 10'000;
std::int64_t batch_size_of(const document::Json& parameters, std::vector<std::string>& notes);

// 12.5 and 30, without zeros behind.
std::string percent_text(double percent);

class RemovalLimits {
 public:
  // The smaller of the policy's limit and the task's. `what` is counted, for messages:
  // "executions", "rows of table \"logs\"".
  RemovalLimits(const Policy& policy, std::string what, const RemovalWishes& wishes = {});

  bool any() const { return most_ || percent_; }
  // What would go has to be counted no further than this.
  std::int64_t count_up_to() const;

  // A `limit` failure where more would go than the limit in rows has.
  Outcome<void> check_number(std::int64_t going) const;
  // The same where more may be met: a failure tells no number.
  Outcome<void> check_so_far(std::int64_t going) const {
    return check_number(std::min(going, count_up_to()));
  }
  // The same for the limit in percent of what there is. `count_all` counts that, no further than it
  // is told: the answer is exact, and a small purge of a big table counts little of it.
  using Count = std::function<Outcome<std::int64_t>(std::int64_t most)>;
  Outcome<void> check_share(std::int64_t going, const Count& count_all) const;

  // Rows that may go where these were counted and are allowed: all that the limit in rows has, or
  // no more than were counted where only a share is limited. Nothing: there is no limit.
  std::optional<std::int64_t> allowance(std::int64_t going) const;
  // A `limit` failure for a run that has met more rows than were counted before it began.
  tl::unexpected<Failure> exceeded(std::int64_t allowance) const;

 private:
  std::optional<std::int64_t> most_;
  std::optional<double> percent_;
  std::string most_from_;
  std::string percent_from_;
  std::string what_;
};

}  // namespace winnow::tasks

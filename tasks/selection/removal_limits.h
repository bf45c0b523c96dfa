// The limits on how much one run may delete, the policy's and the task's own: checked before it
// deletes anything, and again in every batch.
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

// The task's own limits: `maxRows` and `maxPercent`.
struct RemovalWishes {
  std::optional<std::int64_t> rows = {};
  std::optional<double> percent = {};
  // The limit from the plan that the run is held to (`expectPlan`).
  std::optional<std::int64_t> planned = {};
};
// `parameters` match the manifest's schema.
RemovalWishes wanted_limits(const document::Json& parameters);

// A larger batchSize is reduced to this, with a note in `notes`.
constexpr std::int64_t kLargestBatch = 10'000;
std::int64_t batch_size_of(const document::Json& parameters, std::vector<std::string>& notes);

// 12.5 and 30, without trailing zeros.
std::string percent_text(double percent);

class RemovalLimits {
 public:
  // The smaller of the policy's limit and the task's. `what` is counted, for messages:
  // "executions", "rows of table \"logs\"".
  RemovalLimits(const Policy& policy, std::string what, const RemovalWishes& wishes = {});

  bool any() const { return most_ || percent_; }
  // How far the rows to delete must be counted.
  std::int64_t count_up_to() const;

  // A `limit` failure if more rows would be deleted than the limit in rows allows.
  Outcome<void> check_number(std::int64_t going) const;
  // The same where more may be met: a failure tells no number.
  Outcome<void> check_so_far(std::int64_t going) const {
    return check_number(std::min(going, count_up_to()));
  }
  // The same for the limit in percent of what there is. `count_all` counts that, no further than it
  // is told: the answer is exact, and a small purge of a big table counts little of it.
  using Count = std::function<Outcome<std::int64_t>(std::int64_t most)>;
  Outcome<void> check_share(std::int64_t going, const Count& count_all) const;

  // The number of rows that may be deleted after these were counted and allowed: the limit in rows,
  // or the counted number if only the percentage is limited. Nothing: there is no limit.
  std::optional<std::int64_t> allowance(std::int64_t going) const;
  // A `limit` failure for a run that found more rows than were counted before it began.
  tl::unexpected<Failure> exceeded(std::int64_t allowance) const;

 private:
  std::optional<std::int64_t> most_;
  std::optional<double> percent_;
  std::string most_from_;
  std::string percent_from_;
  std::string what_;
};

}  // namespace winnow::tasks

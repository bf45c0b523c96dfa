#include "tasks/selection/removal_limits.h"

#include <cmath>
#include <cstdio>
#include <limits>

#include "outcome/try.h"

namespace winnow::tasks {
namespace {

constexpr const char* kRemedy = "nothing was deleted: narrow it, or have the limit raised";

// 12.5 and 30, without zeros behind.
std::string written(double percent) {
  constexpr std::size_t kLongest = 32;
  std::string text(kLongest, '\0');
  const auto length = std::snprintf(text.data(), text.size(), "%g", percent);
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace

std::int64_t RemovalLimits::count_up_to() const {
  return most_ ? *most_ + 1 : std::numeric_limits<std::int64_t>::max();
}

Outcome<void> RemovalLimits::check_number(std::int64_t going) const {
  if (!most_ || going <= *most_) return {};
  return fail(FailureKind::limit, "this would remove more than " + std::to_string(*most_) + " " +
                                      what_ + " (`policy.max-executions` of the configuration); " +
                                      kRemedy);
}

Outcome<void> RemovalLimits::check_share(std::int64_t going, const Count& count_all) const {
  if (!percent_ || going == 0) return {};
  constexpr double kWhole = 100;
  const auto needed =
      static_cast<std::int64_t>(std::ceil(static_cast<double>(going) * kWhole / *percent_));
  WINNOW_TRY(const auto all, count_all(needed));
  if (all >= needed) return {};
  return fail(FailureKind::limit, "this would remove " + std::to_string(going) + " of " +
                                      std::to_string(all) + " " + what_ + ", more than " +
                                      written(*percent_) +
                                      " % (`policy.max-percent` of the configuration); " + kRemedy);
}

}  // namespace winnow::tasks

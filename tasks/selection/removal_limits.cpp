#include "tasks/selection/removal_limits.h"

#include <cmath>
#include <limits>

#include "outcome/try.h"
#include "tasks/selection/scope.h"

namespace winnow::tasks {
namespace {

constexpr const char* kRemedy = "nothing was deleted: narrow it, or have the limit raised";

}  // namespace

std::string percent_text(double percent) {
  auto text = document::Json(percent).dump();
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

RemovalWishes wanted_limits(const document::Json& parameters) {
  RemovalWishes wishes;
  if (const auto* rows = given(parameters, "maxRows")) wishes.rows = rows->get<std::int64_t>();
  if (const auto* percent = given(parameters, "maxPercent")) {
    wishes.percent = percent->get<double>();
  }
  return wishes;
}

std::int64_t batch_size_of(const document::Json& parameters, std::vector<std::string>& notes) {
  const auto wanted = parameters.at("batchSize").get<std::int64_t>();
  if (wanted <= kLargestBatch) return wanted;
  notes.push_back("batchSize " + std::to_string(wanted) + " is reduced to " +
                  std::to_string(kLargestBatch) + ", the most rows that a transaction takes");
  return kLargestBatch;
}

RemovalLimits::RemovalLimits(const Policy& policy, std::string what, const RemovalWishes& wishes)
    : most_(policy.max_executions),
      percent_(policy.max_percent),
      most_from_("`policy.max-executions` of the configuration"),
      percent_from_("`policy.max-percent` of the configuration"),
      what_(std::move(what)) {
  if (wishes.rows && (!most_ || *wishes.rows < *most_)) {
    most_ = wishes.rows;
    most_from_ = "the parameter maxRows";
  }
  if (wishes.planned && (!most_ || *wishes.planned < *most_)) {
    most_ = wishes.planned;
    most_from_ = "the plan that `expectPlan` names";
  }
  if (wishes.percent && (!percent_ || *wishes.percent < *percent_)) {
    percent_ = wishes.percent;
    percent_from_ = "the parameter maxPercent";
  }
}

std::optional<std::int64_t> RemovalLimits::allowance(std::int64_t going) const {
  if (!any()) return std::nullopt;
  return percent_ ? going : *most_;
}

tl::unexpected<Failure> RemovalLimits::exceeded(std::int64_t allowance) const {
  return fail(FailureKind::limit, "more " + what_ + " than the " + std::to_string(allowance) +
                                      " that may go were selected since the run began (" +
                                      (most_ ? most_from_ : percent_from_) +
                                      "); the run ended before it removed more: run it again");
}

std::int64_t RemovalLimits::count_up_to() const {
  return most_ ? *most_ + 1 : std::numeric_limits<std::int64_t>::max();
}

Outcome<void> RemovalLimits::check_number(std::int64_t going) const {
  if (!most_ || going <= *most_) return {};
  // Where it was counted no further than needed, nobody knows how many there are.
  const auto counted = going > count_up_to() ? std::to_string(going) + ", " : std::string();
  return fail(FailureKind::limit, "this would remove " + counted + "more than " +
                                      std::to_string(*most_) + " " + what_ + " (" + most_from_ +
                                      "); " + kRemedy);
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
                                      percent_text(*percent_) + " % (" + percent_from_ + "); " +
                                      kRemedy);
}

}  // namespace winnow::tasks

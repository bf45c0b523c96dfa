// The policy's limits: every task that deletes is refused, before it deletes anything, if it would
// delete more than they allow, in its own unit.
#include <gmock/gmock.h>

#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class PurgeLimits : public PurgeBed {
 protected:
  void expect_refused(const std::string& task, const std::string& words) {
    const auto before =
        rows_.keys("executions").size() + rows_.keys("logs").size() + rows_.keys("metrics").size();
    const auto result = bed_.run(task, kPurge);
    ASSERT_FALSE(result) << task;
    EXPECT_EQ(result.error().kind, FailureKind::limit);
    EXPECT_THAT(result.error().message, AllOf(HasSubstr(words), HasSubstr("nothing was deleted")));
    EXPECT_EQ(
        rows_.keys("executions").size() + rows_.keys("logs").size() + rows_.keys("metrics").size(),
        before);
  }
  void expect_done(const std::string& task, const std::string& counter, int count) {
    EXPECT_EQ(require_result(bed_.run(task, kPurge))[counter], count) << task;
  }
};

TEST_P(PurgeLimits, OfANumberHoldForEachPurge) {
  add_executions(3);
  bed_.policy.max_executions = 2;
  expect_refused("PurgeExecutions", "more than 2 executions (`policy.max-executions`");
  bed_.policy.max_executions = 5;
  expect_refused("PurgeLogs", "more than 5 logs");
  expect_refused("PurgeMetrics", "more than 5 metrics");
  bed_.policy.max_executions = 6;
  expect_done("PurgeLogs", "count", 6);
  expect_done("PurgeMetrics", "count", 6);
  bed_.policy.max_executions = 3;
  expect_done("PurgeExecutions", "executionsCount", 3);
}

TEST_P(PurgeLimits, CountRowsMarkedDeleted) {
  add_executions(2);
  const Json deleted{
      {"id", "gone"},
      {"tenantId", "main"},
      {"namespace", "company.team"},
      {"flowId", "daily"},
      {"deleted", true},
      {"state", {{"current", "SUCCESS"}, {"duration", 1}, {"startDate", kEnd}, {"endDate", kEnd}}}};
  rows_.execute({rows_.insertion("executions", {{"key", "gone"}, {"value", deleted.dump()}})});
  bed_.policy.max_executions = 2;
  expect_refused("PurgeExecutions", "more than 2 executions");
  bed_.policy.max_executions = 3;
  expect_done("PurgeExecutions", "executionsCount", 3);
  EXPECT_EQ(bed_.progress.rows_planned, 3);
}

// For whoever watches: a run that is longer than a batch or two.
TEST_P(PurgeLimits, WithoutOneTheServerEstimatesHowManyThereAre) {
  add_executions(20);
  std::vector<std::int64_t> planned;
  bed_.host.on_event = [&](const Json&) { planned.push_back(bed_.progress.rows_planned); };
  require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 1}})));
  ASSERT_GE(planned.size(), 20U);
  EXPECT_EQ(planned.front(), -1);
  if (connection_->dialect().name() == "sqlite") {
    EXPECT_EQ(planned.back(), -1) << "SQLite keeps no statistics";
  } else {
    EXPECT_GT(planned.back(), 0);
  }
}

// One of four executions, and two of eight logs, is selected.
TEST_P(PurgeLimits, OfAShareAreOfAllThatTheTenantHas) {
  add_executions(1);
  for (const auto* id : {"a", "b", "c"}) {
    rows_.add_execution(id, "company.team", "daily", "2026-03-01T00:00:00.000000Z");
  }
  bed_.policy.max_percent = 24.9;
  expect_refused("PurgeExecutions", "1 of 4 executions, more than 24.9 % (`policy.max-percent`");
  expect_refused("PurgeLogs", "2 of 8 logs");
  bed_.policy.max_percent = 25;
  expect_done("PurgeLogs", "count", 2);
  expect_done("PurgeExecutions", "executionsCount", 1);
}

TEST_P(PurgeLimits, OfAShareLeaveOtherTenantsOut) {
  add_executions(1);
  rows_.add_execution("a", "company.team", "daily", "2026-03-01T00:00:00.000000Z");
  const Json other{{"id", "other"},
                   {"tenantId", "other"},
                   {"namespace", "company.team"},
                   {"flowId", "daily"},
                   {"deleted", false},
                   {"state", {{"current", "SUCCESS"}, {"duration", 1}, {"startDate", kEnd}}}};
  rows_.execute({rows_.insertion("executions", {{"key", "other"}, {"value", other.dump()}})});
  bed_.policy.max_percent = 49;
  expect_refused("PurgeExecutions", "1 of 2 executions");
}

TEST_P(PurgeLimits, OfAShareLetAPurgeOfNothingPass) {
  bed_.policy.max_percent = 1;
  expect_done("PurgeExecutions", "executionsCount", 0);
}

TEST_P(PurgeLimits, HoldForADryRunToo) {
  add_executions(3);
  bed_.policy.max_executions = 2;
  const auto result = bed_.run("PurgeExecutions", with(kPurge, {{"dryRun", true}}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::limit);
}

TEST_P(PurgeLimits, AreNotedByAPlan) {
  add_executions(3);
  const auto notes = [&] {
    return require_result(bed_.plan("PurgeExecutions", kPurge))
        .value("notes", Json::array())
        .dump();
  };
  bed_.policy.max_executions = 2;
  EXPECT_THAT(notes(), HasSubstr("a run is refused: this would remove more than 2 executions"));
  bed_.policy.max_executions = 3;
  EXPECT_EQ(notes(), "[]");
  bed_.policy.max_percent = 50;
  EXPECT_THAT(notes(), HasSubstr("a run is refused: this would remove 3 of 3 executions"));
}

TEST_P(PurgeLimits, HoldForASweepOfOrphans) {
  add_executions(2);
  rows_.execute({rows_.deletion("executions")});
  rows_.add_execution("another", "company.other", "daily", kEnd, 0);
  const auto refused = [&](const std::string& words) {
    const auto result = bed_.run("PurgeOrphans", {{"dryRun", false}});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::limit);
    EXPECT_THAT(result.error().message, HasSubstr(words));
    EXPECT_EQ(rows_.keys("logs").size() + rows_.keys("metrics").size(), 8U);
  };
  bed_.policy.max_executions = 7;
  refused("more than 7 orphaned rows");
  bed_.policy.max_executions = 8;
  bed_.policy.max_percent = 50;
  refused("4 of 4 rows of table \"logs\"");
  bed_.policy.max_percent = 100;
  EXPECT_EQ(require_result(bed_.run("PurgeOrphans", {{"dryRun", false}}))["logsCount"], 4);
}

INSTANTIATE_TEST_SUITE_P(Engines, PurgeLimits, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

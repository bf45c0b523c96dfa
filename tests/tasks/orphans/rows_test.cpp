// What PurgeOrphans takes, and what it leaves alone.
#include "tests/tasks/orphans/bed.h"

namespace winnow::tests {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const Json kSweep{{"dryRun", false}};

class OrphanRows : public OrphanBed {
 protected:
  // Two logs and a metric of an execution that is there, and of two that are not.
  void fill() {
    rows_.add_execution("alive", "company.team", "daily", kLongAgo, 0);
    for (const char* id : {"alive", "gone", "lost"}) {
      add_child("logs", std::string(id) + "-1", id);
      add_child("logs", std::string(id) + "-2", id);
      add_child("metrics", std::string(id) + "-1", id);
    }
  }
};

TEST_P(OrphanRows, GoAndTheRowsOfExecutionsStay) {
  fill();
  const auto result = require_result(bed_.run("PurgeOrphans", kSweep));
  EXPECT_EQ(result["logsCount"], 4);
  EXPECT_EQ(result["metricsCount"], 2);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("alive-1", "alive-2"));
  EXPECT_THAT(rows_.keys("metrics"), ElementsAre("alive-1"));
  TaskBed again(database_.settings());
  EXPECT_EQ(require_result(again.run("PurgeOrphans", kSweep))["batches"], 0);
}

TEST_P(OrphanRows, AreOnlyCountedUnlessAskedForMore) {
  fill();
  const auto result = require_result(bed_.run("PurgeOrphans", Json::object()));
  EXPECT_EQ(result["logsCount"], 4);
  EXPECT_EQ(result["metricsCount"], 2);
  EXPECT_EQ(result["dryRun"], true);
  EXPECT_EQ(rows_.keys("logs").size(), 6U);
}

TEST_P(OrphanRows, OfTriggersAreNone) {
  const Json trigger{{"tenantId", "main"},    {"namespace", "company.team"},
                     {"flowId", "daily"},     {"triggerId", "hourly"},
                     {"timestamp", kLongAgo}, {"level", "WARN"},
                     {"message", "fired"},    {"deleted", false}};
  rows_.execute({rows_.insertion("logs", {{"key", "trigger"}, {"value", trigger.dump()}})});
  EXPECT_EQ(require_result(bed_.run("PurgeOrphans", kSweep))["logsCount"], 0);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("trigger"));
}

TEST_P(OrphanRows, ThatAreYoungStay) {
  add_child("logs", "old", "gone", ago(std::chrono::hours(2)));
  add_child("logs", "young", "gone", ago(std::chrono::minutes(10)));
  const auto result =
      require_result(bed_.run("PurgeOrphans", {{"dryRun", false}, {"minimumAge", 3'600}}));
  EXPECT_EQ(result["logsCount"], 1);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("young"));
}

TEST_P(OrphanRows, KeepToTenantNamespaceAndPolicy) {
  add_child("logs", "mine", "g1", kLongAgo, "company.team");
  add_child("logs", "below", "g2", kLongAgo, "company.team.sub");
  add_child("logs", "protected", "g3", kLongAgo, "company.team.kept");
  add_child("logs", "elsewhere", "g4", kLongAgo, "other");
  add_child("logs", "tenant", "g5", kLongAgo, "company.team", "second");
  bed_.policy.tenants = {"main"};
  bed_.policy.allow = {"company.**"};
  bed_.policy.protect = {"company.team.kept"};
  EXPECT_EQ(require_result(bed_.run("PurgeOrphans", kSweep))["logsCount"], 2);
  EXPECT_THAT(rows_.keys("logs"), UnorderedElementsAre("protected", "elsewhere", "tenant"));
  TaskBed other(database_.settings());
  other.policy.tenants = {"second"};
  EXPECT_EQ(require_result(other.run("PurgeOrphans",
                                     {{"dryRun", false}, {"namespace", "other"}}))["logsCount"],
            0);
}

TEST_P(OrphanRows, OfMoreExecutionsThanThePolicyAllowsAllStay) {
  fill();
  bed_.policy.max_executions = 1;
  const auto result = bed_.run("PurgeOrphans", kSweep);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::limit);
  EXPECT_EQ(rows_.keys("logs").size(), 6U);
}

TEST_P(OrphanRows, OfOneExecutionGoInSeveralTransactions) {
  for (int i = 0; i < 25; ++i) add_child("logs", "k" + std::to_string(i), "gone");
  const auto result =
      require_result(bed_.run("PurgeOrphans", {{"dryRun", false}, {"batchSize", 10}}));
  EXPECT_EQ(result["logsCount"], 25);
  EXPECT_EQ(result["batches"], 3);
  for (const auto& event : bed_.host.events()) EXPECT_LE(event["rows"], 10);
}

TEST_P(OrphanRows, OfMoreExecutionsThanAPageHasAllGo) {
  std::vector<database::Statement> statements;
  for (int i = 0; i < 1'203; ++i) {
    const Json log{{"tenantId", "main"},
                   {"namespace", "company.team"},
                   {"flowId", "daily"},
                   {"level", "INFO"},
                   {"executionId", "g" + std::to_string(i)},
                   {"timestamp", kLongAgo},
                   {"message", "m"},
                   {"deleted", i % 2 == 0}};
    statements.push_back(
        rows_.insertion("logs", {{"key", "k" + std::to_string(i)}, {"value", log.dump()}}));
  }
  rows_.execute(statements);
  rows_.add_execution("g7", "company.team", "daily", kLongAgo, 0);
  EXPECT_EQ(require_result(bed_.run("PurgeOrphans", kSweep))["logsCount"], 1'202);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("k7"));
}

TEST_P(OrphanRows, OfAnExecutionThatComesBackInMidRunStay) {
  for (const char* id : {"a", "b"}) {
    for (int i = 0; i < 3; ++i) add_child("logs", id + std::to_string(i), id);
  }
  bool came = false;
  bed_.host.on_event = [&](const Json&) {
    if (!std::exchange(came, true)) rows_.add_execution("b", "company.team", "daily", kLongAgo, 0);
  };
  require_result(bed_.run("PurgeOrphans", {{"dryRun", false}, {"batchSize", 3}}));
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("b0", "b1", "b2"));
}

TEST_P(OrphanRows, AreFoundByTheIndexOfTheirExecutions) {
  fill();
  const auto plan = require_result(bed_.plan("PurgeOrphans", Json::object()));
  EXPECT_GE(plan["statements"].size(), 5U);
  std::vector<std::string> purposes;
  for (const auto& statement : plan["statements"]) purposes.push_back(statement["purpose"]);
  EXPECT_THAT(purposes, Contains("walk the executions of logs"));
  EXPECT_EQ(rows_.keys("logs").size(), 6U);
}

TEST_P(OrphanRows, WhoseTableCannotTellTheirTenantAreLeftOutWhereThePolicyAsks) {
  bed_.policy.tenants = {"main"};
  const auto plan = require_result(bed_.plan("PurgeOrphans", Json::object()));
  EXPECT_THAT(plan["leftOut"].dump(), HasSubstr("sla_monitor"));
}

INSTANTIATE_TEST_SUITE_P(Engines, OrphanRows, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

// Rules that read the same rows share a walk: which do, and that nothing is lost by it.
#include <gmock/gmock.h>

#include "document/instant.h"
#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

class RetentionWalks : public PurgeBed {
 protected:
  RetentionWalks() {
    for (const auto* id : {"a1", "a2", "a3"}) rows_.add_execution(id, "one", "daily", kOld, 0);
    for (const auto* id : {"b1", "b2", "b3"}) rows_.add_execution(id, "two", "daily", kOld, 0);
    rows_.add_execution("held", "hold", "daily", kOld, 0);
  }
  static Json rule(const Json& match, const Json& keep = {{"age", "P30D"}}) {
    return {{"match", match}, {"keep", keep}};
  }
  // The rules of each walk that several share.
  std::vector<Json> shared(const Json& policy) {
    std::vector<Json> rules;
    const auto plan = require_result(bed_.plan("ApplyRetention", policy));
    for (const auto& walk : plan.value("walks", Json::array())) rules.push_back(walk["rules"]);
    return rules;
  }

  static constexpr const char* kOld = "2025-01-01T00:00:00.000000Z";
  const Json hold_ = rule({{"namespace", "hold"}}, "forever");
  const Json policy_{{"rules",
                      {rule({{"namespace", "one"}}), hold_,
                       rule({{"namespace", "**"}, {"flowId", "d*"}}, {{"age", "P7D"}})}}};
};

TEST_P(RetentionWalks, AreSharedWhereARuleReadsMostRowsAnyway) {
  EXPECT_THAT(shared(policy_), UnorderedElementsAre(Json{"/rules/0", "/rules/2"}));
}

TEST_P(RetentionWalks, AreNotSharedByRulesThatAnIndexNarrows) {
  const Json narrow{{"rules", {rule({{"namespace", "one"}}), rule({{"namespace", "two"}})}}};
  EXPECT_THAT(shared(narrow), IsEmpty());
}

TEST_P(RetentionWalks, AreSharedByRulesOfOneTableAndOneDate) {
  const Json policy{{"rules",
                     {rule({{"flowId", "nightly*"}}, {{"age", "P30D"}, {"last", 2}}),
                      rule({{"states", {"RUNNING"}}}, {{"age", "P180D"}, {"from", "START"}}),
                      rule({{"states", {"FAILED"}}}), rule({{"states", {"SUCCESS"}}})}},
                    {"logs", {rule({{"levels", {"DEBUG"}}}), rule({{"levels", {"INFO"}}})}}};
  EXPECT_THAT(shared(policy),
              UnorderedElementsAre(Json{"/rules/2", "/rules/3"}, Json{"/logs/0", "/logs/1"}));
}

TEST_P(RetentionWalks, HandEachRuleItsRows) {
  const auto result = require_result(bed_.run("ApplyRetention", policy_));
  EXPECT_THAT(rows_.keys("executions"), UnorderedElementsAre("held"));
  ASSERT_EQ(result["rules"].size(), 2U);
  EXPECT_EQ(result["rules"][0]["namespaces"], (Json{{"one", 3}}));
  EXPECT_EQ(result["rules"][1]["namespaces"], (Json{{"two", 3}}));
}

TEST_P(RetentionWalks, FindRowsThatAreMarkedDeletedToo) {
  const Json value{
      {"id", "marked"},
      {"tenantId", "main"},
      {"namespace", "one"},
      {"flowId", "daily"},
      {"deleted", true},
      {"state", {{"current", "SUCCESS"}, {"duration", 1}, {"startDate", kOld}, {"endDate", kOld}}}};
  rows_.execute({rows_.insertion("executions", {{"key", "marked"}, {"value", value.dump()}})});
  const auto result = require_result(bed_.run("ApplyRetention", policy_));
  EXPECT_EQ(result["rules"][0]["namespaces"], (Json{{"one", 4}}));
  EXPECT_THAT(rows_.keys("executions"), UnorderedElementsAre("held"));
}

TEST_P(RetentionWalks, FindWhatThePlanCounted) {
  const auto plan = require_result(bed_.plan("ApplyRetention", policy_));
  const auto result = require_result(
      bed_.run("ApplyRetention", with(policy_, {{"expectPlan", plan["planId"]}, {"maxDrift", 0}})));
  EXPECT_EQ(result["executionsCount"], 6);
}

TEST_P(RetentionWalks, FindNothingYoungerThanTheOperatorAllows) {
  bed_.policy.min_age = std::chrono::days(7);
  const auto yesterday = document::to_text(document::now() - std::chrono::hours(24));
  const Json value{
      {"id", "paused"},
      {"tenantId", "main"},
      {"namespace", "one"},
      {"flowId", "daily"},
      {"deleted", false},
      {"state",
       {{"current", "PAUSED"}, {"duration", 1}, {"startDate", kOld}, {"endDate", yesterday}}}};
  rows_.execute({rows_.insertion("executions", {{"key", "paused"}, {"value", value.dump()}})});
  const Json keep{{"age", "P180D"}, {"from", "START"}};
  const Json policy{
      {"rules", {rule({{"states", {"PAUSED"}}}, keep), rule({{"states", {"RUNNING"}}}, keep)}},
      {"dryRun", true}};
  EXPECT_THAT(shared(policy), UnorderedElementsAre(Json{"/rules/0", "/rules/1"}));
  EXPECT_EQ(require_result(bed_.run("ApplyRetention", policy))["executionsCount"], 0);
}

TEST_P(RetentionWalks, LeaveToItsRuleWhatOthersHoldMeanwhile) {
  if (!is_server()) GTEST_SKIP() << "SQLite has one lock";
  auto held = holder("executions", "b1");
  bed_.host.on_event = [&](const Json& event) {
    if (event.value("rule", "") == "/rules/2" && held) {
      require(held->rollback());
      held.reset();
    }
  };
  const auto result = require_result(bed_.run("ApplyRetention", policy_));
  EXPECT_EQ(held, nullptr);
  EXPECT_EQ(result["executionsCount"], 6);
  EXPECT_THAT(rows_.keys("executions"), UnorderedElementsAre("held"));
}

// The walk had met it by then.
TEST_P(RetentionWalks, LeaveAnExecutionAloneThatAHoldCameToMatchSince) {
  if (!is_server()) GTEST_SKIP() << "SQLite has one lock";
  bed_.host.on_event = [&](const Json& event) {
    if (event.value("rule", "") != "/rules/0") return;
    say("DELETE FROM executions WHERE " + connection_->dialect().quoted("key") + " = 'b1'");
    rows_.add_execution("b1", "hold", "daily", kOld, 0);
  };
  const auto result = require_result(bed_.run("ApplyRetention", policy_));
  EXPECT_EQ(result["executionsCount"], 5);
  EXPECT_THAT(rows_.keys("executions"), UnorderedElementsAre("held", "b1"));
}

INSTANTIATE_TEST_SUITE_P(Engines, RetentionWalks, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

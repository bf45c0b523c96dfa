// ExplainRetention: the rule that decides, all that keeps an execution, and until when. That it
// agrees with what a run removes is the oracle's test.
#include <gmock/gmock.h>

#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Explained : public PurgeBed {
 protected:
  Explained() {
    bed_.clock = [] { return *document::parse_instant("2026-03-01T00:00:00Z"); };
    rows_.add_execution("old", "dev", "daily", "2025-01-01T00:00:00.000000Z", 0);
    rows_.add_execution("young", "dev", "daily", "2026-02-27T12:00:00.000001Z", 0);
    rows_.add_execution("held", "billing.eu", "daily", "2025-01-01T00:00:00.000000Z", 0);
    rows_.add_execution("failed", "dev", "daily", "2025-01-01T00:00:00.000000Z", 0, "PAUSED");
  }

  Json explain(const std::string& id, const Json& rules = kRules) {
    auto parameters = rules;
    parameters["executionId"] = id;
    return require_result(bed_.run("ExplainRetention", parameters));
  }

  inline static const Json kRules{
      {"rules",
       {{{"match", {{"namespace", "billing.**"}}}, {"keep", "forever"}},
        {{"match", {{"namespace", "dev"}}}, {"keep", {{"age", "P7D"}}}}}}};
};

TEST_P(Explained, WhatGoes) {
  const auto told = explain("old");
  EXPECT_EQ(told["decision"], "goes");
  EXPECT_EQ(told["rule"], "/rules/1");
  EXPECT_FALSE(told.contains("keptBy"));
}

TEST_P(Explained, AnAgeUntilWhenItEnds) {
  const auto told = explain("young");
  EXPECT_EQ(told["decision"], "stays");
  EXPECT_THAT(told["keptBy"], ElementsAre("age"));
  EXPECT_EQ(told["until"], "2026-03-06T12:00:00.000001Z");
}

TEST_P(Explained, AHold) {
  const auto told = explain("held");
  EXPECT_EQ(told["rule"], "/rules/0");
  EXPECT_THAT(told["keptBy"], ElementsAre("hold"));
  EXPECT_FALSE(told.contains("until"));
}

TEST_P(Explained, AStateThatTheRuleDoesNotName) {
  EXPECT_THAT(explain("failed")["keptBy"], ElementsAre("state"));
}

TEST_P(Explained, APlaceAmongTheNewestBesideTheAge) {
  const auto told = explain("young", {{"otherwise", {{"keep", {{"age", "P7D"}, {"last", 2}}}}}});
  EXPECT_EQ(told["rule"], "/otherwise");
  EXPECT_THAT(told["keptBy"], ElementsAre("age", "last"));
  EXPECT_EQ(told["last"], (Json{{"position", 1}, {"of", 2}}));
  EXPECT_FALSE(told.contains("until"));
}

TEST_P(Explained, NoRule) {
  EXPECT_THAT(
      explain("old", {{"rules", {{{"match", {{"flowId", "x"}}}, {"keep", "forever"}}}}})["keptBy"],
      ElementsAre("noRule"));
}

TEST_P(Explained, WhatTheOperatorProtects) {
  bed_.policy.protect = {"dev"};
  EXPECT_THAT(explain("old")["keptBy"], ElementsAre("protect"));
}

TEST_P(Explained, AnExecutionThatIsNotThereIsRefused) {
  auto parameters = kRules;
  parameters["executionId"] = "nobody";
  const auto told = bed_.run("ExplainRetention", parameters);
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().kind, FailureKind::invalid_parameter);
  EXPECT_EQ(told.error().pointer, "/executionId");
  EXPECT_THAT(told.error().message, HasSubstr("no execution \"nobody\""));
}

INSTANTIATE_TEST_SUITE_P(Engines, Explained, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

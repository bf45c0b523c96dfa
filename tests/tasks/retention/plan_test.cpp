// A policy that is planned, approved and run: what the plan says, and what refuses a run of another
// one.
#include <gmock/gmock.h>

#include "tasks/retention/policy.h"
#include "tasks/selection/plan_id.h"
#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

document::Instant at(const std::string& text) {
  return *document::parse_instant(text);
}

Json rule(const Json& match, const Json& keep) {
  return {{"match", match}, {"keep", keep}};
}

const Json kPolicy{
    {"rules",
     {rule({{"namespace", "company.billing.**"}}, "forever"),
      rule({{"namespace", "company.dev.**"}, {"states", {"SUCCESS"}}},
           {{"age", "P7D"}, {"last", 1}}),
      rule({{"states", {"FAILED"}}, {"labels", {{"env", {{"not", "test"}}}}}}, {{"age", "P90D"}})}},
    {"otherwise", {{"keep", {{"age", "P30D"}}}}},
    {"logs", {rule({{"levels", {"INFO"}}}, {{"age", "P3D"}})}}};

class RetentionPlans : public PurgeBed {
 protected:
  RetentionPlans() {
    bed_.clock = [] { return at("2026-03-01T00:00:00Z"); };
    bed_.policy.tenants = {"main", "other"};
    for (const auto* day : {"01", "02", "03", "04"}) {
      const auto end = std::string("2026-01-") + day + "T00:00:00.000000Z";
      add("dev" + std::string(day), "company.dev", end);
      add("billing" + std::string(day), "company.billing", end);
      add("sales" + std::string(day), "company.sales", end);
    }
  }

  void add(const std::string& id, const std::string& name_space, const std::string& end) {
    rows_.add_execution(id, name_space, "daily", end);
  }
  // A later day, on which more is old enough.
  void months_pass() {
    bed_.clock = [] { return at("2026-09-01T00:00:00Z"); };
  }
  Json planned(const Json& policy = kPolicy) {
    return require_result(bed_.plan("ApplyRetention", policy));
  }
  std::string id_of(const Json& policy = kPolicy) {
    return planned(policy)["planId"].get<std::string>();
  }
  Json apply(const std::string& id, const Json& more = Json::object()) {
    return require_result(
        bed_.run("ApplyRetention", with(with(kPolicy, {{"expectPlan", id}}), more)));
  }
  void expect_refused(const std::string& id, const Json& policy, FailureKind kind,
                      const std::string& words) {
    const auto executions = rows_.keys("executions");
    const auto logs = rows_.keys("logs");
    for (const bool dry_run : {true, false}) {
      const auto result =
          bed_.run("ApplyRetention", with(policy, {{"expectPlan", id}, {"dryRun", dry_run}}));
      ASSERT_FALSE(result) << words;
      EXPECT_EQ(result.error().kind, kind) << result.error().message;
      EXPECT_EQ(result.error().pointer, "/expectPlan");
      EXPECT_THAT(result.error().message, HasSubstr(words));
      EXPECT_EQ(rows_.keys("executions"), executions);
      EXPECT_EQ(rows_.keys("logs"), logs);
    }
  }
};

TEST_P(RetentionPlans, AreOfAllRulesTogether) {
  const auto plan = planned();
  EXPECT_EQ(plan["now"], "2026-03-01T00:00:00.000000Z");
  ASSERT_EQ(plan["rules"].size(), 4U);
  EXPECT_EQ(plan["rules"][0]["rule"], "/rules/1");
  EXPECT_EQ(plan["rules"][0]["cutoff"], "2026-02-22T00:00:00.000000Z");
  EXPECT_EQ(plan["rules"][0]["namespaces"], (Json{{"company.dev", 3}}));
  EXPECT_EQ(plan["rules"][2]["namespaces"], (Json{{"company.sales", 4}}));
  EXPECT_EQ(plan["estimate"]["rows"]["executions"], 7);
  EXPECT_GT(plan["estimate"]["bytes"], 0);
  EXPECT_GT(plan["estimate"]["milliseconds"], 0);
  EXPECT_FALSE(plan["rules"][0].contains("planId"));
  const auto terms = require(tasks::read_plan_id(plan["planId"].get<std::string>()));
  EXPECT_EQ(terms.task, "ApplyRetention");
  EXPECT_EQ(terms.purges.size(), 4U);
}

TEST_P(RetentionPlans, LetTheSameRunPass) {
  const auto id = id_of();
  const auto dry = apply(id, {{"dryRun", true}});
  const auto result = apply(id);
  EXPECT_EQ(result["planId"], id);
  EXPECT_EQ(result["executionsCount"], 7);
  EXPECT_EQ(dry["executionsCount"], result["executionsCount"]);
  EXPECT_EQ(dry["rules"][0]["executionsCount"], result["rules"][0]["executionsCount"]);
  EXPECT_THAT(rows_.keys("executions"),
              UnorderedElementsAre("dev04", "billing01", "billing02", "billing03", "billing04"));
}

TEST_P(RetentionPlans, AreGivenByADryRunToo) {
  const auto dry = require_result(bed_.run("ApplyRetention", with(kPolicy, {{"dryRun", true}})));
  EXPECT_EQ(dry["planId"], id_of());
  EXPECT_EQ(dry["rules"][0]["cutoff"], "2026-02-22T00:00:00.000000Z");
  EXPECT_EQ(apply(dry["planId"].get<std::string>())["executionsCount"], 7);
}

TEST_P(RetentionPlans, LetNothingGoThatBecameOldSince) {
  add("young", "company.sales", "2026-02-28T00:00:00.000000Z");
  add("dev-young", "company.dev", "2026-02-28T00:00:00.000000Z");
  // Of a rule that shares its walk with later ones.
  rows_.add_execution("failed-young", "company.sales", "daily", "2026-02-28T00:00:00.000000Z", 2,
                      "FAILED");
  const auto id = id_of();
  months_pass();
  // Ended after the plan, and is the newest of its flow now.
  add("dev-new", "company.dev", "2026-08-01T00:00:00.000000Z");
  const auto result = apply(id);
  EXPECT_EQ(result["executionsCount"], 8);
  EXPECT_THAT(rows_.keys("executions"),
              UnorderedElementsAre("young", "failed-young", "dev-young", "dev-new", "billing01",
                                   "billing02", "billing03", "billing04"));
}

TEST_P(RetentionPlans, RefuseOtherRulesAndNameThem) {
  const auto id = id_of();
  const auto changed = [&](const std::string& pointer, const Json& value,
                           const std::string& words) {
    auto policy = kPolicy;
    policy[Json::json_pointer(pointer)] = value;
    expect_refused(id, policy, FailureKind::invalid_parameter, words);
  };
  changed("/rules/0/match/namespace", "company.billing", "by \"/rules/0\"");
  changed("/rules/1/keep/age", "P6D", "by \"/rules/1\"");
  changed("/rules/1/keep/last", 2, "by \"/rules/1\"");
  changed("/rules/1/match/states", Json{"SUCCESS", "WARNING"}, "by \"/rules/1\"");
  changed("/rules/2/match/labels/env", "test", "by \"/rules/2\"");
  changed("/otherwise/keep/age", "P31D", "by \"/otherwise\"");
  changed("/otherwise/keep", "forever", "by \"/otherwise\"");
  changed("/logs/0/match/levels", Json{"DEBUG"}, "by \"/logs/0\"");
  changed("/metrics", Json{rule({{"namespace", "x"}}, {{"age", "P1D"}})}, "by \"/metrics/0\"");
  auto swapped = kPolicy;
  std::swap(swapped["rules"][1], swapped["rules"][2]);
  expect_refused(id, swapped, FailureKind::invalid_parameter, "by \"/rules/1\", \"/rules/2\"");
}

TEST_P(RetentionPlans, RefuseOtherRulesOfTheOperatorsFile) {
  const auto of_file = [](const Json& policy) {
    return std::make_shared<const tasks::RetentionPolicy>(require(tasks::read_retention(policy)));
  };
  bed_.policy.retention = of_file(kPolicy);
  const auto id = id_of(Json::object());
  auto other = kPolicy;
  other["otherwise"]["keep"]["age"] = "P29D";
  bed_.policy.retention = of_file(other);
  expect_refused(id, Json::object(), FailureKind::invalid_parameter, "by \"/otherwise\"");
}

TEST_P(RetentionPlans, RefuseAnotherTaskTenantOrSchema) {
  const auto id = id_of();
  expect_refused(id, with(kPolicy, {{"tenant", "other"}}), FailureKind::invalid_parameter,
                 "its tenant is \"main\"");
  const auto purge = require_result(bed_.plan("PurgeExecutions", kPurge))["planId"];
  expect_refused(purge.get<std::string>(), kPolicy, FailureKind::invalid_parameter,
                 "it is of PurgeExecutions, and this is ApplyRetention");
  say("ALTER TABLE logs ADD COLUMN winnow_extra INTEGER");
  expect_refused(id, kPolicy, FailureKind::schema, "of \"logs\" differ");
}

// A sum that is right does not make up for rules that drift.
TEST_P(RetentionPlans, RefuseARuleThatDrifts) {
  const auto id = id_of();
  add("dev-more", "company.dev", "2025-01-01T00:00:00.000000Z");
  say("DELETE FROM executions WHERE " + connection_->dialect().quoted("key") + " = 'sales01'");
  expect_refused(id, with(kPolicy, {{"maxDrift", 24}}), FailureKind::limit,
                 "executions by the rule /rules/1");
  EXPECT_EQ(apply(id, {{"maxDrift", 34}})["executionsCount"], 7);
}

TEST_P(RetentionPlans, HoldEachRuleInEveryBatch) {
  const auto id = id_of();
  bool added = false;
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] != "batch" || std::exchange(added, true)) return;
    for (int i = 0; i < 9; ++i) {
      add("late" + std::to_string(i), "company.sales", "2026-01-20T00:00:00.000000Z");
    }
  };
  const auto result =
      bed_.run("ApplyRetention", with(kPolicy, {{"expectPlan", id}, {"batchSize", 2}}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::limit);
  EXPECT_THAT(result.error().message, HasSubstr("the plan that `expectPlan` names"));
  EXPECT_LE(result.error().done["executionsCount"], 7);
}

TEST_P(RetentionPlans, HoldBesideTheLimits) {
  const auto id = id_of();
  const auto limited = with(kPolicy, {{"expectPlan", id}, {"maxRows", 6}});
  const auto result = bed_.run("ApplyRetention", limited);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("the parameter maxRows"));
  EXPECT_EQ(apply(id, {{"maxRows", 100}})["executionsCount"], 7);
}

INSTANTIATE_TEST_SUITE_P(Engines, RetentionPlans, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

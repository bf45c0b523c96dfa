// A plan's id: what it carries, and that whatever binds a run to its plan refuses one that differs.
#include "tasks/selection/plan_id.h"

#include <gmock/gmock.h>

#include "document/sha256.h"
#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::UnorderedElementsAre;

const std::vector<std::string> kTasks{"PurgeExecutions", "PurgeLogs", "PurgeMetrics"};

class PlanId : public PurgeBed {
 protected:
  std::string planned(const std::string& task, const Json& parameters = kPurge) {
    return require_result(bed_.plan(task, parameters))["planId"].get<std::string>();
  }
  std::size_t all_rows() {
    return rows_.keys("executions").size() + rows_.keys("logs").size() +
           rows_.keys("metrics").size();
  }
  // A run that is held to the plan is refused before it deletes anything.
  void expect_refused(const std::string& id, const std::string& task, const Json& parameters,
                      FailureKind kind, const std::string& words) {
    const auto before = all_rows();
    for (const bool dry_run : {true, false}) {
      const auto result =
          bed_.run(task, with(parameters, {{"expectPlan", id}, {"dryRun", dry_run}}));
      ASSERT_FALSE(result) << task << words;
      EXPECT_EQ(result.error().kind, kind) << result.error().message;
      EXPECT_EQ(result.error().pointer, "/expectPlan");
      EXPECT_THAT(result.error().message, HasSubstr(words));
      EXPECT_EQ(all_rows(), before);
    }
  }
  void expect_differs(const std::string& id, const Json& parameters, const std::string& words) {
    expect_refused(id, "PurgeExecutions", parameters, FailureKind::invalid_parameter, words);
  }
  void add_ended(const std::string& id, const std::string& end,
                 const std::string& name_space = "company.team") {
    rows_.add_execution(id, name_space, "daily", end);
  }
  void add_marked_deleted(const std::string& id) {
    const Json value{
        {"id", id},
        {"tenantId", "main"},
        {"namespace", "company.team"},
        {"flowId", "daily"},
        {"deleted", true},
        {"state",
         {{"current", "SUCCESS"}, {"duration", 1}, {"startDate", kEnd}, {"endDate", kEnd}}}};
    rows_.execute({rows_.insertion("executions", {{"key", id}, {"value", value.dump()}})});
  }
  std::string at(int microseconds) const {
    return document::to_text(*document::parse_instant(kPurge["endDate"].get<std::string>()) +
                             std::chrono::microseconds(microseconds));
  }
};

TEST_P(PlanId, LetsTheSameRunPass) {
  add_executions(3);
  for (const auto& task : {"PurgeLogs", "PurgeMetrics", "PurgeExecutions"}) {
    const auto id = planned(task);
    EXPECT_THAT(id, MatchesRegex("[0-9a-f]+[.][A-Za-z0-9_-]+"));
    const auto result = require_result(bed_.run(task, with(kPurge, {{"expectPlan", id}})));
    EXPECT_EQ(result["planId"], id) << task;
    EXPECT_EQ(result["cutoff"], at(0));
  }
  EXPECT_EQ(all_rows(), 0U);
}

TEST_P(PlanId, IsGivenByADryRunToo) {
  add_executions(4);
  for (const auto& task : kTasks) {
    const auto dry = require_result(bed_.run(task, with(kPurge, {{"dryRun", true}})));
    const auto own = require(tasks::read_plan_id(dry["planId"].get<std::string>()));
    const auto plan = require(tasks::read_plan_id(planned(task)));
    EXPECT_EQ(own.purges[0].rows, plan.purges[0].rows) << task;
    EXPECT_EQ(own.filters, plan.filters);
    EXPECT_EQ(own.tables, plan.tables);
    EXPECT_EQ(dry["cutoff"], at(0));
  }
  const auto dry = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"dryRun", true}})));
  const auto result =
      require_result(bed_.run("PurgeExecutions", with(kPurge, {{"expectPlan", dry["planId"]}})));
  for (const auto* counter : {"executionsCount", "logsCount", "metricsCount"}) {
    EXPECT_EQ(result[counter], dry[counter]) << counter;
  }
  EXPECT_FALSE(result.contains("dryRun"));
}

TEST_P(PlanId, IsAbsentWhereNothingWasPlanned) {
  add_executions(1);
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_FALSE(result.contains("planId"));
  EXPECT_FALSE(result.contains("cutoff"));
}

TEST_P(PlanId, RefusesOtherFiltersAndNamesThem) {
  add_executions(2);
  const auto id = planned("PurgeExecutions");
  expect_differs(id, with(kPurge, {{"namespace", "company"}}), "by \"namespace\"");
  expect_differs(id, with(kPurge, {{"flowId", "daily"}}), "by \"flow_id\"");
  expect_differs(id, with(kPurge, {{"labels", {{"env", "prod"}}}}), "by \"value\"");
  expect_differs(id, with(kPurge, {{"states", {"SUCCESS"}}}), "by \"state_current\"");
  expect_differs(id, with(kPurge, {{"startDate", "2020-01-01T00:00:00Z"}}), "by \"start_date\"");
  expect_differs(id, with(kPurge, {{"dateFilter", "START"}}), "\"date\"");
  expect_differs(id, with(kPurge, {{"keepLast", 1}}), "by \"keepLast\"");
  expect_differs(id, with(kPurge, {{"purgeLog", false}}), "by \"purge\"");
  const auto narrow = with(kPurge, {{"flowId", {"daily", "hourly"}}});
  const auto of_flows = planned("PurgeExecutions", narrow);
  expect_differs(of_flows, with(kPurge, {{"flowId", {"daily", "weekly"}}}), "by \"flow_id\"");
  expect_differs(of_flows, with(kPurge, {{"flowId", {{"not", {"daily", "hourly"}}}}}), "flow_id");
  // The order of a list says nothing.
  const auto again = with(kPurge, {{"flowId", {"hourly", "daily"}}, {"expectPlan", of_flows}});
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", again))["executionsCount"], 2);
}

TEST_P(PlanId, RefusesAnotherTaskTenantOrPolicy) {
  add_executions(2);
  bed_.policy.tenants = {"main", "other"};
  const auto id = planned("PurgeLogs");
  expect_refused(id, "PurgeMetrics", kPurge, FailureKind::invalid_parameter,
                 "it is of PurgeLogs, and this is PurgeMetrics");
  expect_refused(id, "PurgeLogs", with(kPurge, {{"tenant", "other"}}),
                 FailureKind::invalid_parameter, "its tenant is \"main\"");
  bed_.policy.protect = {"company.billing"};
  expect_refused(id, "PurgeLogs", kPurge, FailureKind::invalid_parameter, "policy");
  bed_.policy.protect.clear();
  bed_.policy.min_age = std::chrono::hours(1);
  expect_refused(id, "PurgeLogs", kPurge, FailureKind::invalid_parameter, "min-age");
}

TEST_P(PlanId, RefusesAnotherSchemaAndNamesTheTable) {
  add_executions(2);
  const auto id = planned("PurgeExecutions");
  say("ALTER TABLE metrics ADD COLUMN winnow_extra INTEGER");
  expect_refused(id, "PurgeExecutions", kPurge, FailureKind::schema,
                 "columns or indexes of \"metrics\" differ");
  const auto after = planned("PurgeExecutions");
  say("CREATE INDEX winnow_extra_index ON logs (" + connection_->dialect().quoted("level") + ")");
  expect_refused(after, "PurgeExecutions", kPurge, FailureKind::schema, "of \"logs\" differ");
  const auto indexed = planned("PurgeExecutions");
  say(std::string("DROP INDEX winnow_extra_index") + (on("mysql") ? " ON logs" : ""));
  expect_refused(indexed, "PurgeExecutions", kPurge, FailureKind::schema, "of \"logs\" differ");
  say("ALTER TABLE metrics DROP COLUMN winnow_extra");
  // All is as it was.
  EXPECT_EQ(require_result(
                bed_.run("PurgeExecutions", with(kPurge, {{"expectPlan", id}})))["executionsCount"],
            2);
}

TEST_P(PlanId, RefusesRowsThatDriftByMoreThanIsAllowed) {
  add_executions(20);
  const auto id = planned("PurgeExecutions");
  add_ended("more", kEnd);
  // 5 % are 5 %.
  EXPECT_EQ(require_result(
                bed_.run("PurgeExecutions",
                         with(kPurge, {{"expectPlan", id}, {"dryRun", true}})))["executionsCount"],
            21);
  expect_refused(id, "PurgeExecutions", with(kPurge, {{"maxDrift", 4.9}}), FailureKind::limit,
                 "this would remove 21 rows of table \"executions\", and 20 were planned, which is "
                 "more than 4.9 %");
  add_ended("and-more", kEnd);
  expect_refused(id, "PurgeExecutions", kPurge, FailureKind::limit, "more than 5 %");
  EXPECT_EQ(require_result(
                bed_.run("PurgeExecutions",
                         with(kPurge, {{"expectPlan", id}, {"maxDrift", 10}})))["executionsCount"],
            22);
}

TEST_P(PlanId, RefusesRowsThatAreFewerToo) {
  add_executions(20);
  const auto id = planned("PurgeExecutions");
  say("DELETE FROM executions WHERE " + connection_->dialect().quoted("key") + " IN ('e1', 'e2')");
  expect_refused(id, "PurgeExecutions", kPurge, FailureKind::limit, "remove 18 rows");
  expect_refused(id, "PurgeExecutions", with(kPurge, {{"maxDrift", 0}}), FailureKind::limit,
                 "more than 0 %");
}

TEST_P(PlanId, OfNothingLetsNothingGo) {
  const auto id = planned("PurgeExecutions");
  const auto held = with(kPurge, {{"expectPlan", id}});
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", held))["executionsCount"], 0);
  add_executions(1);
  expect_refused(id, "PurgeExecutions", with(kPurge, {{"maxDrift", 100}}), FailureKind::limit,
                 "0 were planned");
}

TEST_P(PlanId, LetsNothingGoThatBecameOldSince) {
  add_ended("planned", at(0));
  add_ended("later", at(1));
  const auto id = planned("PurgeExecutions");
  // As a flow's `now()` that is rendered again.
  const auto result = require_result(
      bed_.run("PurgeExecutions", {{"endDate", "2026-06-01T00:00:00Z"}, {"expectPlan", id}}));
  EXPECT_EQ(result["executionsCount"], 1);
  EXPECT_EQ(result["cutoff"], at(0));
  EXPECT_THAT(rows_.keys("executions"), UnorderedElementsAre("later"));
}

// S1: nothing is deleted that the run's own parameters exclude.
TEST_P(PlanId, AnEarlierDateOfTheRunHolds) {
  add_ended("early", "2025-06-01T00:00:00.000000Z");
  add_ended("late", kEnd);
  const auto id = planned("PurgeExecutions");
  const Json earlier{{"endDate", "2025-07-01T00:00:00Z"}};
  expect_refused(id, "PurgeExecutions", earlier, FailureKind::limit, "remove 1 rows");
  require_result(
      bed_.run("PurgeExecutions", with(earlier, {{"expectPlan", id}, {"maxDrift", 50}})));
  EXPECT_THAT(rows_.keys("executions"), UnorderedElementsAre("late"));
}

TEST_P(PlanId, HoldsTheFirstDateToo) {
  add_ended("early", "2025-06-01T00:00:00.000000Z");
  add_ended("late", kEnd);
  const auto since = [](const std::string& date) {
    return Json{{"startDate", date}, {"endDate", "2026-02-01T00:00:00Z"}};
  };
  const auto id = planned("PurgeLogs", since("2025-12-01T00:00:00Z"));
  const auto result = require_result(
      bed_.run("PurgeLogs", with(since("2025-01-01T00:00:00Z"), {{"expectPlan", id}})));
  EXPECT_EQ(result["count"], 2);
  EXPECT_EQ(rows_.keys("logs").size(), 2U);
}

TEST_P(PlanId, KeepsWhatWasAmongTheNewestWhenItWasPlanned) {
  for (const auto* day : {"01", "02", "03"}) {
    add_ended(day, std::string("2025-06-") + day + "T00:00:00.000000Z");
  }
  const auto keep = with(kPurge, {{"keepLast", 2}});
  const auto id = planned("PurgeExecutions", keep);
  add_ended("new", document::to_text(document::now() + std::chrono::minutes(1)));
  const auto result = require_result(bed_.run("PurgeExecutions", with(keep, {{"expectPlan", id}})));
  EXPECT_EQ(result["executionsCount"], 1);
  EXPECT_THAT(rows_.keys("executions"), UnorderedElementsAre("02", "03", "new"));
}

TEST_P(PlanId, HoldsInEveryBatch) {
  add_executions(10);
  const auto id = planned("PurgeExecutions");
  bool added = false;
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] != "batch" || std::exchange(added, true)) return;
    // Those marked deleted are met last.
    for (int i = 0; i < 9; ++i) add_marked_deleted("z" + std::to_string(i));
  };
  const auto result =
      bed_.run("PurgeExecutions", with(kPurge, {{"expectPlan", id}, {"batchSize", 2}}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::limit);
  EXPECT_THAT(result.error().message, HasSubstr("the plan that `expectPlan` names"));
  EXPECT_LE(result.error().done["executionsCount"], 10);
}

// Rows near the date, which a page may include besides the selected ones, don't count as excess.
TEST_P(PlanId, CountsWhatIsSelectedAlone) {
  add_ended("planned", at(0));
  for (int i = 0; i < 5; ++i) add_ended("near" + std::to_string(i), at(1 + i));
  const auto id = planned("PurgeExecutions");
  const auto result =
      require_result(bed_.run("PurgeExecutions", with(kPurge, {{"expectPlan", id}})));
  EXPECT_EQ(result["executionsCount"], 1);
}

TEST_P(PlanId, RefusesADamagedOrForeignOne) {
  add_executions(2);
  const auto id = planned("PurgeExecutions");
  auto changed = id;
  changed[10] = changed[10] == '0' ? '1' : '0';
  auto longer = id;
  longer.back() = longer.back() == 'A' ? 'B' : 'A';
  const auto foreign = std::string("{\"version\":1}");
  const auto other_version = std::string("{\"version\":2}");
  const auto sealed = [](const std::string& bytes, const std::string& letters) {
    return document::sha256(bytes) + "." + letters;
  };
  for (const auto& wrong :
       {std::string("x"), std::string("."), id.substr(0, id.size() / 2), id + "A", " " + id,
        changed, longer, sealed(foreign, "eyJ2ZXJzaW9uIjoxfQ"), std::string(200'000, 'a')}) {
    expect_differs(wrong, kPurge, "this is no id of a plan, or it is damaged");
  }
  expect_differs(sealed(other_version, "eyJ2ZXJzaW9uIjoyfQ"), kPurge, "another version of winnow");
  const auto empty = bed_.run("PurgeExecutions", with(kPurge, {{"expectPlan", ""}}));
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().kind, FailureKind::invalid_parameter);
}

TEST_P(PlanId, HoldsBesideTheLimits) {
  add_executions(20);
  const auto id = planned("PurgeExecutions");
  const auto limited = with(kPurge, {{"maxRows", 19}, {"expectPlan", id}});
  const auto result = bed_.run("PurgeExecutions", limited);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("the parameter maxRows"));
}

TEST_P(PlanId, StandsInAPlanWithCountsAndAnEstimate) {
  add_executions(3);
  add_ended("other", kEnd, "company.sales");
  const auto plan = require_result(bed_.plan("PurgeExecutions", kPurge));
  EXPECT_EQ(plan["cutoff"], at(0));
  EXPECT_EQ(plan["selected"], 4);
  EXPECT_EQ(plan["namespaces"], (Json{{"company.sales", 1}, {"company.team", 3}}));
  const auto& estimate = plan["estimate"];
  EXPECT_EQ(estimate["rows"]["executions"], 4);
  EXPECT_EQ(estimate["rows"]["logs"], 8);
  EXPECT_EQ(estimate["rows"]["metrics"], 8);
  // Documents of some hundred bytes.
  EXPECT_GT(estimate["bytes"], 20 * 50);
  EXPECT_LT(estimate["bytes"], 20 * 5'000);
  EXPECT_GT(estimate["milliseconds"], 0);
  EXPECT_EQ(estimate["sample"]["rows"], 4);
  EXPECT_EQ(all_rows(), 20U);
  const auto paced = with(kPurge, {{"pace", {{"rowsPerSecond", 1}}}});
  EXPECT_GE(require_result(bed_.plan("PurgeExecutions", paced))["estimate"]["milliseconds"],
            20'000);
  EXPECT_EQ(require_result(bed_.plan("PurgeLogs", kPurge))["namespaces"]["company.team"], 6);
  const auto nothing = require_result(bed_.plan("PurgeLogs", with(kPurge, {{"flowId", "none"}})));
  EXPECT_EQ(nothing["estimate"]["milliseconds"], 0);
  EXPECT_EQ(nothing["namespaces"], Json::object());
}

TEST_P(PlanId, TellsNamespacesApartLetterByLetter) {
  add_ended("a", kEnd, "company.Team");
  add_ended("b", kEnd, "company.team");
  EXPECT_EQ(require_result(bed_.plan("PurgeExecutions", kPurge))["namespaces"],
            (Json{{"company.Team", 1}, {"company.team", 1}}));
  const auto kept = with(kPurge, {{"keepLast", 1}, {"namespace", "company.team"}});
  add_ended("c", "2025-06-01T00:00:00.000000Z");
  EXPECT_EQ(require_result(bed_.plan("PurgeExecutions", kept))["namespaces"]["company.team"], 1);
}

TEST_P(PlanId, ThatDiffersIsNotedByAPlan) {
  add_executions(2);
  const auto id = planned("PurgeExecutions");
  add_ended("more", kEnd);
  say("ALTER TABLE metrics ADD COLUMN winnow_extra INTEGER");
  const auto plan =
      require_result(bed_.plan("PurgeExecutions", with(kPurge, {{"expectPlan", id}})));
  EXPECT_THAT(plan["notes"].dump(), AllOf(HasSubstr("a run is refused: this would remove 3"),
                                          HasSubstr("of \\\"metrics\\\" differ")));
}

INSTANTIATE_TEST_SUITE_P(Engines, PlanId, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

// ApplyRetention by cases that say what they are about: which rule decides, what stays, and what
// the operator's policy forbids.
#include <atomic>

#include <gmock/gmock.h>

#include "document/duration.h"
#include "tasks/retention/policy.h"
#include "tests/tasks/purge/bed.h"
#include "tests/tasks/purge/broken_link.h"

namespace winnow::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Retention : public PurgeBed {
 protected:
  Retention() {
    bed_.clock = [] { return *document::parse_instant("2026-03-01T00:00:00Z"); };
  }

  void add(const std::string& id, const std::string& name_space, const std::string& end,
           const Json& more = Json::object()) {
    Json value{{"id", id},
               {"tenantId", "main"},
               {"namespace", name_space},
               {"flowId", "daily"},
               {"flowRevision", 1},
               {"deleted", false},
               {"state", {{"current", "SUCCESS"}, {"duration", 1}, {"startDate", end}}}};
    value.update(more);
    if (!more.contains("state")) value["state"]["endDate"] = end;
    rows_.execute({rows_.insertion("executions", {{"key", id}, {"value", value.dump()}})});
  }
  static Json running(const std::string& start) {
    return {{"state", {{"current", "RUNNING"}, {"duration", 1}, {"startDate", start}}}};
  }
  Json apply(const Json& parameters) {
    return require_result(bed_.run("ApplyRetention", parameters));
  }
  static Json rule(const Json& match, const Json& keep) {
    return {{"match", match}, {"keep", keep}};
  }
  std::set<std::string> left() { return rows_.keys("executions"); }
};

const char* const kOld = "2025-01-01T00:00:00.000000Z";
const char* const kYoung = "2026-02-27T00:00:00.000000Z";
const Json kDays30{{"age", "P30D"}};

TEST_P(Retention, TakesTheFirstRuleThatMatches) {
  add("billing", "company.billing.eu", kOld);
  add("dev", "company.dev", kOld);
  add("dev-young", "company.dev", kYoung);
  add("other", "other", kOld);
  const auto result = apply({{"rules",
                              {rule({{"namespace", "company.billing.**"}}, "forever"),
                               rule({{"namespace", "company.**"}}, {{"age", "P7D"}})}}});
  EXPECT_THAT(left(), UnorderedElementsAre("billing", "dev-young", "other"));
  EXPECT_EQ(result["executionsCount"], 1);
  ASSERT_EQ(result["rules"].size(), 1U);
  EXPECT_EQ(result["rules"][0]["rule"], "/rules/1");
  EXPECT_EQ(result["rules"][0]["namespaces"], (Json{{"company.dev", 1}}));
}

// What a connection and a look at the schema cost, twenty rules would pay twenty times.
TEST_P(Retention, LogsInOnceForAllRules) {
  if (!is_server()) GTEST_SKIP() << "there is nothing to log in to";
  const auto settings = database_.settings();
  const auto user = settings.user + '\0';  // as both protocols send it
  std::atomic<int> logins{0};
  BreakingProxy proxy(settings.host, settings.port, "sent by nobody",
                      BreakingProxy::When::before_forwarding, BreakingProxy::How::hang_up,
                      [&](std::string_view sent) {
                        if (sent.find(user) != std::string_view::npos) ++logins;
                      });
  TaskBed bed(through(proxy.port(), settings));
  bed.policy.tenants = {"main"};
  bed.policy.max_executions = 100;
  add("one", "one", kOld);
  add("two", "two", kOld);
  require_result(bed.run(
      "ApplyRetention",
      {{"rules", {rule({{"namespace", "one"}}, kDays30), rule({{"namespace", "two"}}, kDays30)}},
       {"otherwise", {{"keep", kDays30}}}}));
  EXPECT_THAT(left(), IsEmpty());
  EXPECT_EQ(logins, 1);
}

TEST_P(Retention, HoldsAreAbsoluteForRunningExecutionsToo) {
  add("held", "billing", kOld, running(kOld));
  add("stuck", "dev", kOld, running(kOld));
  apply({{"rules",
          {rule({{"namespace", "billing"}}, "forever"),
           rule({{"states", {"RUNNING"}}}, {{"age", "P180D"}, {"from", "START"}})}},
         {"otherwise", {{"keep", kDays30}}}});
  EXPECT_THAT(left(), ElementsAre("held"));
}

// A match by tenant alone asks nothing of a row, and is no `otherwise` for that.
TEST_P(Retention, AHoldOfATenantKeepsItsLogsToo) {
  add("held", "company.team", kOld);
  rows_.add_log("log", "held");
  const Json logs = Json::array({rule({{"namespace", "**"}}, {{"age", "P1D"}})});
  apply({{"rules", {rule({{"tenant", "main"}}, "forever")}}, {"logs", logs}});
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("log"));
  apply({{"otherwise", {{"keep", "forever"}}}, {"logs", logs}});
  EXPECT_THAT(rows_.keys("logs"), IsEmpty());
}

TEST_P(Retention, KeepsWhatRunsUnlessARuleNamesTheState) {
  add("running", "dev", kOld, running(kOld));
  add("ended", "dev", kOld);
  apply({{"otherwise", {{"keep", kDays30}}}});
  EXPECT_THAT(left(), ElementsAre("running"));
}

TEST_P(Retention, CountsTheAgeToTheMicrosecond) {
  add("at", "dev", "2026-01-30T00:00:00.000000Z");
  add("after", "dev", "2026-01-30T00:00:00.000001Z");
  apply({{"otherwise", {{"keep", kDays30}}}});
  EXPECT_THAT(left(), ElementsAre("after"));
}

TEST_P(Retention, KeepsTheLastOfEachFlowThatTheRuleMatches) {
  for (const auto* day : {"01", "02", "03", "04"}) {
    const auto end = std::string("2025-06-") + day + "T00:00:00.000000Z";
    add(std::string("a") + day, "dev", end);
    add(std::string("b") + day, "dev", end, {{"flowId", "hourly"}});
  }
  // Newest of its flow, but not for this rule; and what Kestra does not show is no newest either.
  add("failed", "dev", kYoung,
      {{"state",
        {{"current", "FAILED"}, {"duration", 1}, {"startDate", kYoung}, {"endDate", kYoung}}}});
  add("deleted", "dev", "2025-07-01T00:00:00.000000Z", {{"deleted", true}});
  const Json policy{{"rules", {rule({{"states", {"SUCCESS"}}}, {{"age", "P7D"}, {"last", 2}})}}};
  auto dry = policy;
  dry["dryRun"] = true;
  EXPECT_EQ(apply(dry)["executionsCount"], 5);
  EXPECT_EQ(require_result(bed_.plan("ApplyRetention", policy))["selected"], 5);
  EXPECT_EQ(apply(policy)["executionsCount"], 5);
  EXPECT_THAT(left(), UnorderedElementsAre("a03", "a04", "b03", "b04", "failed"));
}

TEST_P(Retention, BreaksTiesOfTheLastByTheKey) {
  for (const auto* id : {"b", "d", "a", "c"}) add(id, "dev", kOld);
  apply({{"otherwise", {{"keep", {{"last", 2}}}}}});
  EXPECT_THAT(left(), UnorderedElementsAre("c", "d"));
}

TEST_P(Retention, KeepsTheLastWhileOthersHoldARow) {
  if (!is_server()) GTEST_SKIP() << "SQLite has one lock";
  for (const auto* id : {"a", "b", "c", "d"}) add(id, "dev", kOld);
  const auto held = holder("executions", "a");
  const auto result = apply({{"otherwise", {{"keep", {{"last", 1}}}}}});
  require(held->rollback());
  EXPECT_THAT(left(), UnorderedElementsAre("a", "d"));
  EXPECT_EQ(result["skippedCount"], 1);
  EXPECT_EQ(result["executionsCount"], 2);
}

TEST_P(Retention, RemovesLogsOfWhatStaysButOfNoHold) {
  rows_.add_execution("held", "billing", "daily", kYoung, 0);
  rows_.add_execution("young", "dev", "daily", kYoung, 0);
  const auto log = [&](const std::string& key, const std::string& execution,
                       const std::string& name_space, const std::string& level) {
    const Json value{{"tenantId", "main"}, {"namespace", name_space},  {"flowId", "daily"},
                     {"taskId", "t"},      {"executionId", execution}, {"taskRunId", "r"},
                     {"timestamp", kOld},  {"level", level},           {"message", "m"},
                     {"deleted", false}};
    rows_.execute({rows_.insertion("logs", {{"key", key}, {"value", value.dump()}})});
  };
  log("held-debug", "held", "billing", "DEBUG");
  log("young-debug", "young", "dev", "DEBUG");
  log("young-info", "young", "dev", "INFO");
  const auto result = apply({{"rules", {rule({{"namespace", "billing"}}, "forever")}},
                             {"logs", {rule({{"levels", {"DEBUG", "TRACE"}}}, {{"age", "P3D"}})}}});
  EXPECT_THAT(rows_.keys("logs"), UnorderedElementsAre("held-debug", "young-info"));
  EXPECT_EQ(result["logsCount"], 1);
  EXPECT_EQ(result["rules"][0]["rule"], "/logs/0");
}

TEST_P(Retention, IsRefusedWholeWhereItsRulesTogetherExceedALimit) {
  add("a", "dev", kOld);
  add("b", "test", kOld);
  add("c", "test", kOld);
  add("young", "test", kYoung);
  Json policy{{"rules", {rule({{"namespace", "dev"}}, kDays30)}},
              {"otherwise", {{"keep", kDays30}}}};
  const auto refused = [&](const std::string& words) {
    const auto result = bed_.run("ApplyRetention", policy);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::limit);
    EXPECT_THAT(result.error().message, HasSubstr(words));
    EXPECT_EQ(left().size(), 4U);
  };
  bed_.policy.max_executions = 2;
  refused("more than 2 executions (`policy.max-executions` of the configuration); nothing was");
  policy["maxRows"] = 1;
  refused("would remove 3, more than 1 executions (the parameter maxRows); nothing was deleted");
  policy["maxRows"] = 100;
  refused("more than 2 executions (`policy.max-executions`");
  bed_.policy.max_executions.reset();
  policy["maxPercent"] = 74.0;
  refused("3 of 4 executions, more than 74 % (the parameter maxPercent)");
  policy["maxPercent"] = 75.0;
  EXPECT_EQ(apply(policy)["executionsCount"], 3);
}

TEST_P(Retention, HoldsItsLimitInEveryBatch) {
  for (int i = 0; i < 6; ++i) add("a" + std::to_string(i), "dev", kOld);
  bool added = false;
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] != "batch" || std::exchange(added, true)) return;
    // What ended long ago, and was not there when the run counted.
    for (int i = 0; i < 9; ++i) add("z" + std::to_string(i), "test", kYoung);
  };
  const auto result =
      bed_.run("ApplyRetention", {{"rules",
                                   {rule({{"namespace", "dev"}}, {{"age", "P1D"}}),
                                    rule({{"namespace", "test"}}, {{"age", "P1D"}})}},
                                  {"maxRows", 7},
                                  {"batchSize", 2}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::limit);
  EXPECT_THAT(result.error().message, HasSubstr("the parameter maxRows"));
  EXPECT_LE(result.error().done["executionsCount"], 7);
  EXPECT_EQ(static_cast<int>(left().size()),
            15 - result.error().done["executionsCount"].get<int>());
}

TEST_P(Retention, GoesNoFurtherThanTheMinimumAge) {
  bed_.policy.min_age = std::chrono::days(7);
  const auto result = bed_.run("ApplyRetention", {{"otherwise", {{"keep", {{"age", "P6D"}}}}}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::denied);
  EXPECT_EQ(result.error().pointer, "/otherwise/keep/age");
  EXPECT_THAT(result.error().message, HasSubstr("/otherwise/keep/age: P6D is less than P7D"));
  EXPECT_THAT(result.error().message, HasSubstr("policy.min-age"));
}

TEST_P(Retention, NamesTheRuleInItsEvents) {
  add("a", "dev", kOld);
  apply({{"rules", {rule({{"namespace", "dev"}}, kDays30)}}});
  const auto events = bed_.host.events();
  ASSERT_THAT(events, testing::Not(IsEmpty()));
  for (const auto& event : events) EXPECT_EQ(event["rule"], "/rules/0") << event;
}

TEST_P(Retention, TakesTheOperatorsRulesAndNoOthersBesideThem) {
  add("a", "dev", kOld);
  const Json rules{{"otherwise", {{"keep", kDays30}}}};
  bed_.policy.retention =
      std::make_shared<const tasks::RetentionPolicy>(tasks::read_retention(rules).value());
  const auto result = bed_.run("ApplyRetention", rules);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::denied);
  EXPECT_EQ(apply(Json::object())["executionsCount"], 1);
}

TEST_P(Retention, NeedsRules) {
  const auto result = bed_.run("ApplyRetention", Json::object());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::invalid_parameter);
  EXPECT_THAT(result.error().message, HasSubstr("there are no rules"));
  const auto wrong = bed_.run("ApplyRetention", {{"otherwise", {{"keep", {{"age", "30d"}}}}}});
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, testing::StartsWith("/otherwise/keep/age: expected a"));
  EXPECT_THAT(wrong.error().message, testing::EndsWith("(did you mean P30D?)"));
}

TEST_P(Retention, LeavesProtectedNamespacesAlone) {
  add("a", "dev.team", kOld);
  add("b", "test", kOld);
  bed_.policy.protect = {"dev"};
  apply({{"otherwise", {{"keep", kDays30}}}});
  EXPECT_THAT(left(), ElementsAre("a"));
}

TEST_P(Retention, LeavesOutRulesOfOtherTenants) {
  add("a", "dev", kOld);
  apply({{"rules", {rule({{"tenant", "other"}}, "forever")}}, {"otherwise", {{"keep", kDays30}}}});
  EXPECT_THAT(left(), IsEmpty());
}

// The purges themselves apply the operator's settings, whatever calls them.
TEST_P(Retention, OfTheOperatorBindsEveryPurge) {
  add("ended-now", "dev", kOld,
      {{"state",
        {{"current", "SUCCESS"},
         {"duration", 1},
         {"startDate", kOld},
         {"endDate", document::to_text(document::now())}}}});
  add("stuck", "dev", kOld, running(kOld));
  bed_.policy.min_age = std::chrono::days(7);
  for (const auto* task : {"PurgeExecutions", "PurgeLogs", "PurgeMetrics"}) {
    const auto result = bed_.run(task, {{"endDate", document::to_text(document::now())}});
    ASSERT_FALSE(result) << task;
    EXPECT_EQ(result.error().kind, FailureKind::denied);
    EXPECT_EQ(result.error().pointer, "/endDate");
  }
  const auto result =
      require_result(bed_.run("PurgeExecutions", {{"endDate", "2025-06-01T00:00:00Z"},
                                                  {"dateFilter", "START"},
                                                  {"states", {"SUCCESS", "RUNNING"}}}));
  EXPECT_EQ(result["executionsCount"], 1);
  EXPECT_THAT(left(), ElementsAre("ended-now"));
}

TEST_P(Retention, LimitsOfATaskHoldForEachPurge) {
  add("a", "dev", kOld);
  add("b", "dev", kOld);
  const auto result = bed_.run("PurgeExecutions", with(kPurge, {{"maxRows", 1}}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::limit);
  EXPECT_EQ(left().size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Engines, Retention, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

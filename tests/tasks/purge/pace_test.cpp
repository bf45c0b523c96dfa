// A purge keeps to its pace: it waits, ends and reports as the operator and the task ask for.
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>

#include "database/count.h"
#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using std::chrono::milliseconds;

class PurgePace : public PurgeBed {
 protected:
  std::vector<std::string> events_named(const char* name) const {
    std::vector<std::string> reasons;
    for (const auto& event : bed_.host.events()) {
      if (event["event"] == name) reasons.push_back(event.value("reason", ""));
    }
    return reasons;
  }
};

TEST_P(PurgePace, WaitsForTheStopFileAndSaysSo) {
  add_executions(3);
  const auto file =
      std::filesystem::temp_directory_path() /
      ("winnow-stop-" + std::to_string(::getpid()) + GetParam().name + GetParam().schema_version);
  std::ofstream(file) << "stop";
  bed_.pace.emplace().stop_file = file.string();
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] != "paused") return;
    EXPECT_EQ(rows_.keys("executions").size(), 3U) << "nothing goes while it waits";
    std::filesystem::remove(file);
  };
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 3);
  EXPECT_EQ(result["pace"]["waits"][0]["reason"], "stopFile");
  EXPECT_EQ(events_named("paused"), std::vector<std::string>{"stopFile"});
  EXPECT_EQ(events_named("resumed"), std::vector<std::string>{"stopFile"});
}

TEST_P(PurgePace, ABudgetIsAGoodEndThatCountsWhatIsLeft) {
  add_executions(5);
  // The first batch deletes a row and pauses for a minute; the budget ends before that.
  const Json pace{{"rowsPerSecond", 1}, {"budget", "PT0.5S"}};
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"pace", pace}})));
  const auto left = rows_.keys("executions").size();
  EXPECT_EQ(result["executionsCount"], 5 - left);
  EXPECT_GT(left, 0U);
  EXPECT_EQ(result["pace"]["budgetUsed"], true);
  EXPECT_EQ(result["pace"]["left"], left);
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", kPurge))["executionsCount"], left);
}

TEST_P(PurgePace, NoBatchIsLargerThanASecondsRows) {
  add_executions(12);
  rows_.execute({rows_.deletion("logs"), rows_.deletion("metrics")});
  const Json pace{{"rowsPerSecond", 10}};
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"pace", pace}})));
  EXPECT_EQ(result["executionsCount"], 12);
  EXPECT_GE(result["batches"], 2);
}

TEST_P(PurgePace, OfATaskMayNotExceedTheOperators) {
  add_executions(2);
  bed_.pace.emplace().work_share = 0.5;
  const Json pace{{"workShare", 0.9}};
  for (const bool dry : {false, true}) {
    const auto result =
        bed_.run("PurgeExecutions", with(kPurge, {{"pace", pace}, {"dryRun", dry}}));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::denied);
    EXPECT_EQ(result.error().pointer, "/pace/workShare");
  }
  EXPECT_EQ(rows_.keys("executions").size(), 2U);
}

TEST_P(PurgePace, OfADryRunIsNone) {
  add_executions(2);
  bed_.pace.emplace().budget = milliseconds(1);
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"dryRun", true}})));
  EXPECT_EQ(result["executionsCount"], 2);
  EXPECT_FALSE(result.contains("pace"));
}

TEST_P(PurgePace, ThatIsWrongIsRefusedWithItsPlace) {
  const std::pair<Json, const char*> wrong[] = {{{{"workShare", 0}}, "/pace/workShare"},
                                                {{{"rowsPerSecond", 0.5}}, "/pace/rowsPerSecond"},
                                                {{{"window", "night"}}, "/pace/window"},
                                                {{{"budget", "2h"}}, "/pace/budget"},
                                                {{{"stopFile", "/tmp/stop"}}, "/pace/stopFile"}};
  for (const auto& [pace, pointer] : wrong) {
    const auto result = bed_.run("PurgeExecutions", with(kPurge, {{"pace", pace}}));
    ASSERT_FALSE(result) << pace;
    EXPECT_EQ(result.error().kind, FailureKind::invalid_parameter) << pace;
    EXPECT_EQ(result.error().pointer, pointer) << result.error().message;
  }
}

TEST_P(PurgePace, WaitsWhileAnotherSessionWaitsForItsLocks) {
  if (!on("postgresql")) GTEST_SKIP() << "a session can't take another name there";
  add_executions(3);
  auto held = holder("executions", "e0");
  auto kestra = database_.connection();
  const auto run_on = [](database::Connection& connection, const std::string& sql) {
    require(connection.query({.sql = sql, .parameters = {}}, [](const auto&) { return true; }));
  };
  run_on(*kestra, "SET application_name = 'kestra'");
  std::jthread waiter(
      [&] { run_on(*kestra, "UPDATE executions SET value = value WHERE key = 'e0'"); });
  const database::Statement waiting{
      .sql =
          "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
          "application_name = 'kestra' AND wait_event_type = 'Lock'",
      .parameters = {}};
  while (database::count_of(*connection_, waiting).value() == 0) {
    std::this_thread::yield();
  }
  bed_.pace.emplace();
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] != "paused") return;
    EXPECT_EQ(rows_.keys("executions").size(), 3U);
    require(held->rollback());
    waiter.join();
  };
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 3);
  EXPECT_EQ(events_named("paused"), std::vector<std::string>{"lockWaiters"});
  EXPECT_EQ(result["pace"]["waits"][0]["limit"], 0);
}

TEST_P(PurgePace, WaitsWhileAServerIsBusy) {
  if (!on("mysql")) GTEST_SKIP() << "a figure of MySQL's";
  add_executions(3);
  auto& pace = bed_.pace.emplace();
  pace.health.threads_running = 0;
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] == "paused") bed_.cancellation.request();
  };
  const auto result = bed_.run("PurgeExecutions", kPurge);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::cancelled);
  EXPECT_EQ(result.error().done["pace"]["waits"][0]["reason"], "threadsRunning");
  EXPECT_EQ(rows_.keys("executions").size(), 3U);
}

INSTANTIATE_TEST_SUITE_P(Engines, PurgePace, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

// A purge keeps to its pace: it waits, ends and reports as the operator and the task ask for.
#include <filesystem>
#include <fstream>
#include <mysql.h>
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

// A write of somebody else's, by a session without winnow's name.
void write_as_kestra(const database::Settings& settings) {
  if (settings.engine == database::Engine::postgresql) {
    const Cancellation never;
    const auto kestra = require(database::connect(settings, never));
    for (const auto* sql : {"SET application_name = 'kestra'",
                            "UPDATE executions SET value = value WHERE key = 'e0'"}) {
      require(kestra->query(database::plain(sql), [](const auto&) { return true; }));
    }
    return;
  }
  const std::unique_ptr<MYSQL, decltype(&mysql_close)> kestra(mysql_init(nullptr), &mysql_close);
  ASSERT_NE(mysql_real_connect(kestra.get(), settings.host.c_str(), settings.user.c_str(),
                               settings.password.c_str(), settings.database.c_str(), settings.port,
                               nullptr, 0),
            nullptr)
      << mysql_error(kestra.get());
  EXPECT_EQ(mysql_query(kestra.get(), "UPDATE executions SET value = value WHERE `key` = 'e0'"), 0)
      << mysql_error(kestra.get());
}

TEST_P(PurgePace, WaitsWhileAnotherSessionWaitsForItsLocks) {
  if (!is_server()) GTEST_SKIP() << "a database without sessions";
  add_executions(3);
  auto held = holder("executions", "e0");
  std::jthread waiter([&] { write_as_kestra(database_.settings()); });
  const auto waiting = database::plain(
      on("postgresql")
          ? "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
            "application_name = 'kestra' AND wait_event_type = 'Lock'"
          : "SELECT count(*) FROM performance_schema.data_lock_waits WHERE REQUESTING_THREAD_ID IN "
            "(SELECT THREAD_ID FROM performance_schema.threads WHERE PROCESSLIST_DB = DATABASE())");
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

TEST_P(PurgePace, WaitsWhileItsTableIsVacuumed) {
  if (!on("postgresql")) GTEST_SKIP() << "a figure of PostgreSQL's";
  add_executions(3);
  // VACUUM's lock, for as long as the test wants.
  auto vacuum = database_.connection();
  require(vacuum->begin());
  require(vacuum->query(database::plain("LOCK TABLE logs IN SHARE UPDATE EXCLUSIVE MODE"),
                        [](const auto&) { return true; }));
  bed_.pace.emplace();
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] != "paused") return;
    EXPECT_EQ(event["of"], "logs");
    EXPECT_EQ(rows_.keys("executions").size(), 3U);
    require(vacuum->rollback());
  };
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 3);
  EXPECT_EQ(events_named("paused"), std::vector<std::string>{"autovacuum"});
  EXPECT_EQ(events_named("resumed"), std::vector<std::string>{"autovacuum"});
}

// Figures of the whole server, which this test can't bring down again.
TEST_P(PurgePace, WaitsWhileAServerIsBusy) {
  if (!is_server()) GTEST_SKIP() << "a database without a server";
  add_executions(30);
  const std::unique_ptr<database::Connection> reader = database_.connection();
  struct Limit {
    const char* reason;
    std::optional<std::int64_t> tasks::HealthLimits::*figure;
  };
  std::vector<Limit> limits{{"walRate", &tasks::HealthLimits::wal_per_second}};
  if (on("mysql")) {
    limits = {{"threadsRunning", &tasks::HealthLimits::threads_running},
              {"historyLength", &tasks::HealthLimits::history_length}};
    // An old snapshot keeps what is changed from now on in the history.
    require(reader->query(database::plain("SET SESSION transaction_isolation = 'REPEATABLE-READ'"),
                          [](const auto&) { return true; }));
    require(reader->query(database::plain("START TRANSACTION WITH CONSISTENT SNAPSHOT"),
                          [](const auto&) { return true; }));
    rows_.execute({rows_.deletion("metrics"), rows_.deletion("logs")});
  }
  for (const auto& [reason, figure] : limits) {
    TaskBed bed(database_.settings());
    bed.policy.tenants = {"main"};
    auto& pace = bed.pace.emplace();
    pace.health.*figure = 0;
    // A rate needs two looks.
    pace.rows_per_second = 5;
    bed.host.on_event = [&](const Json& event) {
      if (event["event"] != "paused") return;
      EXPECT_GT(event["figure"], 0);
      bed.cancellation.request();
    };
    const auto result = bed.run("PurgeExecutions", with(kPurge, {{"batchSize", 1}}));
    ASSERT_FALSE(result) << reason;
    ASSERT_EQ(result.error().kind, FailureKind::cancelled);
    EXPECT_EQ(result.error().done["pace"]["waits"][0]["reason"], reason);
    EXPECT_GT(rows_.keys("executions").size(), 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, PurgePace, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

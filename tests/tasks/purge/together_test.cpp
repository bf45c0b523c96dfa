// Purges beside other sessions: what those lock, change and write meanwhile, and purges beside
// purges.
#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include <gmock/gmock.h>

#include "database/count.h"
#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class PurgeTogether : public PurgeBed {
 protected:
  // Kestra restarts a finished execution.
  void restart(const std::string& id) {
    rows_.execute({{.sql = "UPDATE " + connection_->dialect().quoted("executions") + " SET " +
                           connection_->dialect().quoted("value") + " = " + restarted_value() +
                           " WHERE " + connection_->dialect().quoted("key") + " = '" + id + "'",
                    .parameters = {}}});
  }

 private:
  std::string restarted_value() const {
    const auto name = connection_->dialect().name();
    if (name == "postgresql") return R"(jsonb_set(value, '{state,current}', '"RESTARTED"'))";
    if (name == "mysql") return "JSON_SET(value, '$.state.current', 'RESTARTED')";
    return "json_set(value, '$.state.current', 'RESTARTED')";
  }
};

// Keys are read ahead of their batch: what left the selection since is seen when its row is locked.
TEST_P(PurgeTogether, LeavesAnExecutionThatIsRestartedBeforeItsBatch) {
  add_executions(3);
  bed_.host.on_event = [&](const Json& event) {
    if (event.value("batch", 0) == 1) restart("e1");
  };
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 1}})));
  EXPECT_EQ(result["executionsCount"], 2);
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("e1"));
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("e1-0", "e1-1"));
}

TEST_P(PurgeTogether, LeavesTheLogsOfAnExecutionThatIsRestartedBeforeItsBatch) {
  add_executions(3);
  bed_.host.on_event = [&](const Json& event) {
    if (event.value("batch", 0) == 1) restart("e1");
  };
  const auto result = require_result(
      bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 1}, {"purgeExecution", false}})));
  EXPECT_EQ(result["logsCount"], 4);
  EXPECT_EQ(result["executionsCount"], 0);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("e1-0", "e1-1"));
  EXPECT_EQ(rows_.keys("executions").size(), 3U);
}

// Towards the end batches get smaller, however large they might be.
TEST_P(PurgeTogether, LeavesNoConnectionAloneWithALastLargeBatch) {
  if (!is_server()) GTEST_SKIP() << "SQLite has one connection that writes";
  add_executions(2'500);
  bed_.connections = 2;
  // The first goes on once the second works too.
  std::atomic<bool> joined{false};
  const auto first = std::this_thread::get_id();
  bed_.host.on_event = [&](const Json& event) {
    if (std::this_thread::get_id() != first) joined = true;
    while (event.value("batch", 0) > 1 && !joined) std::this_thread::yield();
  };
  require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchTime", 60'000}})));
  const auto small = std::ranges::count_if(bed_.host.events(), [](const Json& event) {
    return event["event"] == "batch" && event["rows"] <= 200;
  });
  EXPECT_GE(small, 4) << "the first two, and as many at the end";
}

TEST_P(PurgeTogether, WaitsForAnExecutionWhoseLogsAloneGo) {
  if (!is_server()) GTEST_SKIP() << "a SQLite transaction locks the whole database";
  add_executions(3);
  auto settings = database_.settings();
  settings.lock_timeout_ms = 50;
  TaskBed bed(settings);
  const auto other = holder("executions", "e1");
  Json result;
  std::thread patient([&] {
    result = require_result(bed.run("PurgeExecutions", with(kPurge, {{"purgeExecution", false}})));
  });
  while (bed.progress.retries == 0) std::this_thread::yield();
  require(other->rollback());
  patient.join();
  EXPECT_EQ(result["logsCount"], 6);
  EXPECT_THAT(rows_.keys("logs"), IsEmpty());
}

TEST_P(PurgeTogether, RemovesDependentsThatAreWrittenAfterTheirExecutionWent) {
  add_executions(2);
  bool written = false;
  const Json value{{"executionId", "e0"}, {"slaId", "s"}, {"deadline", kEnd}, {"date", kEnd}};
  bed_.host.on_event = [&](const Json&) {
    if (std::exchange(written, true)) return;
    rows_.execute({rows_.insertion("sla_monitor", {{"key", "late"}, {"value", value.dump()}}),
                   rows_.insertion("executordelayed", {{"key", "late"}, {"value", value.dump()}})});
  };
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", kPurge))["dependentsCount"], 2);
  EXPECT_THAT(rows_.keys("sla_monitor"), IsEmpty());
  EXPECT_THAT(rows_.keys("executordelayed"), IsEmpty());
}

// Whatever number of pages the server counted before: a late row is after all of them.
TEST_P(PurgeTogether, SharesATablesPagesWithoutARowLeftOutOrMetTwice) {
  if (!on("postgresql")) GTEST_SKIP() << "PostgreSQL reads a table once for many keys";
  add_executions(150);
  database::Table logs;
  logs.name = "logs";
  for (const std::int64_t pages : {0, 3, 1'000}) {
    logs.pages = pages;
    std::int64_t met = 0;
    for (std::int64_t part = 0; part < 3; ++part) {
      database::SqlWriter writer(connection_->dialect());
      writer.text("SELECT count(*) FROM ").table(logs).text(" AS t WHERE true");
      connection_->dialect().write_share(writer, "t", logs, {.part = part, .parts = 3});
      met += require(database::count_of(*connection_, writer.take()));
    }
    EXPECT_EQ(met, 300) << pages;
  }
}

// A batch's statements keep their plans.
TEST_P(PurgeTogether, GoesOnOverATableWhoseColumnChangesItsType) {
  if (!on("postgresql")) GTEST_SKIP() << "PostgreSQL keeps plans";
  add_executions(8);
  bed_.host.on_event = [&](const Json& event) {
    if (event.value("batch", 0) == 4)
      say("ALTER TABLE executions ALTER COLUMN key TYPE varchar(333)");
  };
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 1}})));
  EXPECT_EQ(result["executionsCount"], 8);
  EXPECT_EQ(result["logsCount"], 16);
  EXPECT_EQ(bed_.progress.retries.load(), 1);
}

// Batches pass over a table that was empty when the purge had begun.
TEST_P(PurgeTogether, RemovesDependentsOutOfATableThatWasEmpty) {
  add_executions(8);
  const auto write = [&](const std::string& execution) {
    const Json value{{"executionId", execution}, {"slaId", "s"}, {"deadline", kEnd}};
    rows_.execute({rows_.insertion("sla_monitor", {{"key", execution}, {"value", value.dump()}})});
  };
  bed_.host.on_event = [&](const Json& event) {
    if (event.value("batch", 0) != 4) return;
    write("e0");
    write("e7");
  };
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 1}})));
  EXPECT_EQ(result["executionsCount"], 8);
  EXPECT_EQ(result["dependentsCount"], 2);
  EXPECT_THAT(rows_.keys("sla_monitor"), IsEmpty());
}

// Releases another session's lock once the purge has removed files; records whose files.
class FreeingStorage : public storage::Storage {
 public:
  FreeingStorage(database::Connection& holder, std::vector<std::string>& first)
      : holder_(holder), first_(first) {}
  std::vector<storage::Removed> remove(std::span<const storage::ExecutionFolder> folders,
                                       const Cancellation&, storage::Deadline) override {
    if (first_.empty()) {
      for (const auto& folder : folders) first_.push_back(folder.execution);
      static_cast<void>(holder_.rollback());
    }
    return std::vector<storage::Removed>(folders.size(), {.files = 2});
  }
  std::vector<storage::Removed> count(std::span<const storage::ExecutionFolder> folders,
                                      const Cancellation&) override {
    return std::vector<storage::Removed>(folders.size());
  }

 private:
  database::Connection& holder_;
  std::vector<std::string>& first_;
};

TEST_P(PurgeTogether, RemovesFilesOnlyOnceTheDatabaseLetsTheirExecutionGo) {
  if (!is_server()) GTEST_SKIP() << "a SQLite transaction locks the whole database";
  add_executions(3);
  auto settings = database_.settings();
  settings.lock_timeout_ms = 50;
  TaskBed bed(settings);
  const auto other = holder("logs", "e1-0");
  std::vector<std::string> first;
  bed.storage = std::make_unique<FreeingStorage>(*other, first);
  const auto result = require_result(bed.run("PurgeExecutions", kPurge));
  EXPECT_THAT(first, Not(IsEmpty()));
  EXPECT_THAT(first, Not(Contains("e1")));
  EXPECT_EQ(result["storagesCount"], 6);
  EXPECT_EQ(result["executionsCount"], 3);
  EXPECT_EQ(result["logsCount"], 6);
  EXPECT_EQ(result["skippedCount"], 0);
}

TEST_P(PurgeTogether, SharesLogsWithAPurgeOfLogs) {
  add_executions(60);
  TaskBed second(database_.settings());
  Json logs;
  std::thread thread([&] {
    logs = require_result(
        second.run("PurgeLogs", {{"endDate", "2026-02-01T00:00:00Z"}, {"batchSize", 5}}));
  });
  bed_.connections = 3;
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 3}})));
  thread.join();
  EXPECT_EQ(result["executionsCount"], 60);
  EXPECT_EQ(result["logsCount"].get<int>() + logs["count"].get<int>(), 120);
  EXPECT_THAT(rows_.keys("logs"), IsEmpty());
}

TEST_P(PurgeTogether, SharesABacklogBetweenTwoRunsOfSeveralConnections) {
  add_executions(90);
  TaskBed second(database_.settings());
  second.connections = 3;
  bed_.connections = 3;
  const auto parameters = with(kPurge, {{"batchSize", 2}});
  Json other;
  std::thread thread([&] { other = require_result(second.run("PurgeExecutions", parameters)); });
  const auto own = require_result(bed_.run("PurgeExecutions", parameters));
  thread.join();
  for (const auto& [counter, total] : std::map<std::string, int>{
           {"executionsCount", 90}, {"logsCount", 180}, {"metricsCount", 180}}) {
    EXPECT_EQ(own[counter].get<int>() + other[counter].get<int>(), total) << counter;
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, PurgeTogether, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

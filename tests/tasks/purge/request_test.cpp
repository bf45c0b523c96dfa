// What a purge makes of its parameters, of the rights that it has and of the tables that there are;
// and what it says of them.
#include <gmock/gmock.h>

#include "storage/local.h"
#include "tests/tasks/many_executions.h"
#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class PurgeRequests : public PurgeBed {
 protected:
  // It started long ago and has no end date.
  void add_running(const std::string& id, const std::string& start) {
    const Json document{{"id", id},
                        {"tenantId", "main"},
                        {"namespace", "company.team"},
                        {"flowId", "daily"},
                        {"deleted", false},
                        {"state", {{"current", "RUNNING"}, {"duration", 1}, {"startDate", start}}}};
    rows_.execute({rows_.insertion("executions", {{"key", id}, {"value", document.dump()}})});
  }
  void add_trigger_log(const std::string& key) {
    const Json log{{"tenantId", "main"}, {"namespace", "company.team"},
                   {"flowId", "daily"},  {"triggerId", "hourly"},
                   {"timestamp", kEnd},  {"level", "WARN"},
                   {"message", "fired"}, {"deleted", false}};
    rows_.execute({rows_.insertion("logs", {{"key", key}, {"value", log.dump()}})});
  }
  void add_sla(const std::string& execution) {
    const Json value{{"executionId", execution}, {"slaId", "s"}, {"deadline", kEnd}};
    rows_.execute({rows_.insertion("sla_monitor", {{"key", execution}, {"value", value.dump()}})});
  }
  void drop_index_of_sla() {
    for (const auto& index : rows_.schema().table("sla_monitor")->indexes) {
      if (index.columns.front() != "execution_id") continue;
      say("DROP INDEX " + connection_->dialect().quoted(index.name) +
          (on("mysql") ? " ON sla_monitor" : ""));
    }
  }
};

TEST_P(PurgeRequests, OfExecutionsThatNeverEndedGoByTheirStart) {
  add_running("old", "2025-12-01T00:00:00.000000Z");
  add_running("young", "2026-03-01T00:00:00.000000Z");
  add_executions(1);
  const auto running = with(kPurge, {{"states", {"RUNNING"}}});
  const auto by_start =
      require_result(bed_.run("PurgeExecutions", with(running, {{"dateFilter", "START"}})));
  EXPECT_EQ(by_start["executionsCount"], 1);
  EXPECT_FALSE(by_start.contains("notes"));
  EXPECT_THAT(rows_.keys("executions"), UnorderedElementsAre("young", "e0"));
  const auto finished =
      require_result(bed_.run("PurgeExecutions", with(kPurge, {{"dateFilter", "START"}})));
  EXPECT_EQ(finished["executionsCount"], 1);
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("young"));
}

TEST_P(PurgeRequests, OfStatesWithoutAnEndDateSayThatNoneIsSelected) {
  add_running("old", "2025-12-01T00:00:00.000000Z");
  add_executions(1);
  const auto parameters = with(kPurge, {{"states", {"SUCCESS", "RUNNING", "CREATED"}}});
  const auto said =
      AllOf(HasSubstr("RUNNING, CREATED"), HasSubstr("end_date"), HasSubstr("dateFilter: START"));
  const auto plan = require_result(bed_.plan("PurgeExecutions", parameters));
  EXPECT_THAT(plan["notes"].dump(), said);
  const auto result = require_result(bed_.run("PurgeExecutions", parameters));
  EXPECT_EQ(result["executionsCount"], 1);
  EXPECT_THAT(result["notes"].dump(), said);
  EXPECT_THAT(bed_.host.logs(), Contains(said));
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("old"));
}

TEST_P(PurgeRequests, OfListingsTakeTheStartDateToo) {
  add_running("old", "2025-12-01T00:00:00.000000Z");
  add_running("young", "2026-03-01T00:00:00.000000Z");
  const auto listed = require_result(
      bed_.run("ListExecutions", with(kPurge, {{"states", {"RUNNING"}}, {"dateFilter", "START"}})));
  ASSERT_EQ(listed["size"], 1);
  EXPECT_EQ(listed["rows"][0]["id"], "old");
  EXPECT_EQ(
      require_result(bed_.run("ListExecutions", with(kPurge, {{"states", {"RUNNING"}}})))["size"],
      0);
}

TEST_P(PurgeRequests, OfLogsAreCountedApart) {
  add_executions(4);
  for (const auto* key : {"t1", "t2", "t3"}) add_trigger_log(key);
  for (const bool dry_run : {true, false}) {
    const auto result = require_result(
        bed_.run("PurgeLogs", with(kPurge, {{"batchSize", 3}, {"dryRun", dry_run}})));
    EXPECT_EQ(result["count"], 11);
    EXPECT_EQ(result["executionLogsCount"], 8);
    EXPECT_EQ(result["nonExecutionLogsCount"], 3);
  }
  EXPECT_THAT(rows_.keys("logs"), IsEmpty());
}

TEST_P(PurgeRequests, OfALargeBatchSizeAreLoweredWithAWord) {
  add_executions(2);
  const auto result = require_result(bed_.run("PurgeLogs", with(kPurge, {{"batchSize", 50'000}})));
  EXPECT_EQ(result["count"], 4);
  EXPECT_THAT(result["notes"].dump(), AllOf(HasSubstr("50000"), HasSubstr("10000")));
  EXPECT_THAT(bed_.host.logs(), Contains(HasSubstr("batchSize 50000")));
  const auto usual = require_result(bed_.run("PurgeLogs", with(kPurge, {{"batchSize", 10'000}})));
  EXPECT_FALSE(usual.contains("notes"));
}

TEST_P(PurgeRequests, SayNothingOfTablesThatThisVersionHasNot) {
  add_executions(2);
  EXPECT_THAT(require_result(bed_.plan("PurgeExecutions", kPurge))["leftOut"], IsEmpty());
  require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_THAT(bed_.host.logs(), IsEmpty());
}

TEST_P(PurgeRequests, ScanASmallTableThatLacksItsIndex) {
  add_executions(3);
  add_sla("e0");
  add_sla("stranger");
  drop_index_of_sla();
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["dependentsCount"], 1);
  EXPECT_THAT(rows_.keys("sla_monitor"), ElementsAre("stranger"));
  EXPECT_THAT(bed_.host.logs(), IsEmpty());
}

TEST_P(PurgeRequests, LeaveABigTableThatLacksItsIndexAndSayWhichToAdd) {
  add_executions(3);
  add_sla("e0");
  drop_index_of_sla();
  const auto& dialect = connection_->dialect();
  const std::string document =
      R"({"executionId": "other", "slaId": "s", "deadline": ")" + std::string(kEnd) + R"("})";
  const std::string numbers = on("postgresql") ? "SELECT n FROM generate_series(1, 10001) AS of (n)"
                                               : "SELECT n FROM numbers";
  const std::string counted =
      "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < "
      "10001) ";
  if (on("mysql")) say("SET SESSION cte_max_recursion_depth = 20000");
  const std::string key = on("mysql") ? "CONCAT('k', n)" : "'k' || n";
  const std::string value = "'" + document + "'" + (on("postgresql") ? "::jsonb" : "");
  const std::string into =
      "INSERT INTO sla_monitor (" + dialect.quoted("key") + ", " + dialect.quoted("value") + ") ";
  const auto rows = "SELECT " + key + ", " + value + " FROM (" + numbers + ") AS counted";
  say(on("mysql") ? into + counted + rows : counted + into + rows);
  const auto said =
      AllOf(HasSubstr("\"sla_monitor\""), HasSubstr("CREATE INDEX"), HasSubstr("execution_id"));
  EXPECT_THAT(require_result(bed_.plan("PurgeExecutions", kPurge))["leftOut"].dump(),
              HasSubstr("CREATE INDEX"));
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 3);
  EXPECT_EQ(result["dependentsCount"], 0);
  EXPECT_THAT(bed_.host.logs(), Contains(said));
  EXPECT_THAT(rows_.keys("sla_monitor"), Contains("e0"));
}

// As a separate account on PostgreSQL, with the rights that a test grants.
class PurgeRights : public PurgeRequests {
 protected:
  void SetUp() override {
    if (!on("postgresql")) GTEST_SKIP() << "another account is made on PostgreSQL only";
    settings_ = database_.settings();
    // Roles are the whole server's.
    settings_.user = settings_.database + "_stranger";
    settings_.password = "stranger";
    say("CREATE ROLE " + settings_.user + " LOGIN PASSWORD 'stranger'");
    add_executions(3);
  }
  void TearDown() override {
    if (settings_.user.empty()) return;
    say("DROP OWNED BY " + settings_.user);
    say("DROP ROLE " + settings_.user);
  }
  void grant(const std::string& rights, const std::string& tables) {
    say("GRANT " + rights + " ON " + tables + " TO " + settings_.user);
  }
  Failure refusal(TaskBed& bed, const std::string& task, const Json& parameters) {
    const auto result = bed.run(task, parameters);
    if (!result) return result.error();
    return {.kind = FailureKind::internal, .message = "it ran"};
  }
  static constexpr const char* kAll =
      "executions, logs, metrics, executorstate, sla_monitor, execution_queued, executordelayed, "
      "worker_job_running, queues";
  database::Settings settings_;
};

TEST_P(PurgeRights, ToReadAndDeleteAreEnoughWithoutFiles) {
  grant("SELECT, DELETE", kAll);
  TaskBed bed(settings_);
  EXPECT_EQ(require_result(bed.run("PurgeLogs", with(kPurge, {{"executionId", "e0"}})))["count"],
            2);
  const auto result = require_result(bed.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 3);
  EXPECT_EQ(result["logsCount"], 4);
}

TEST_P(PurgeRights, ToLockAreNamedWhereFilesGo) {
  grant("SELECT, DELETE", kAll);
  TaskBed bed(settings_);
  bed.storage = storage::open_local(std::filesystem::temp_directory_path().string()).value();
  const auto failure = refusal(bed, "PurgeExecutions", kPurge);
  EXPECT_EQ(failure.kind, FailureKind::schema);
  EXPECT_THAT(failure.message, AllOf(HasSubstr("\"executions\""), HasSubstr("grant it UPDATE")));
  const auto found = [&bed] {
    return require_result(bed.run("Doctor", Json::object()))["findings"].dump();
  };
  EXPECT_THAT(found(), HasSubstr("may not lock its rows"));
  say("REVOKE DELETE ON executions, metrics FROM " + settings_.user);
  EXPECT_THAT(refusal(bed, "PurgeExecutions", kPurge).message,
              AllOf(HasSubstr("\"executions\": grant it DELETE, UPDATE (to lock the rows"),
                    HasSubstr("nor from table \"metrics\": grant it DELETE on that table"),
                    Not(HasSubstr("\"logs\""))));
  grant("DELETE", "executions, metrics");
  grant("UPDATE", "executions");
  EXPECT_THAT(found(), Not(HasSubstr("may not lock")));
  EXPECT_EQ(require_result(bed.run("PurgeExecutions", kPurge))["executionsCount"], 3);
}

TEST_P(PurgeRights, ThatAreMissingAreNamedExactly) {
  grant("SELECT", kAll);
  TaskBed bed(settings_);
  const auto logs = refusal(bed, "PurgeLogs", kPurge);
  EXPECT_EQ(logs.kind, FailureKind::schema);
  EXPECT_THAT(logs.message, AllOf(HasSubstr("\"logs\": grant it DELETE on that table"),
                                  Not(HasSubstr("SELECT")), Not(HasSubstr("UPDATE"))));
  grant("DELETE", "executions");
  EXPECT_THAT(refusal(bed, "PurgeExecutions", kPurge).message,
              HasSubstr("\"logs\": grant it DELETE on that table"));
  EXPECT_EQ(rows_.keys("executions").size(), 3U);
}

TEST_P(PurgeRights, ThatAreMissingAreNamedByTheDoctorToo) {
  grant("SELECT, DELETE", kAll);
  say("REVOKE DELETE ON logs FROM " + settings_.user);
  say("REVOKE SELECT, DELETE ON metrics FROM " + settings_.user);
  TaskBed bed(settings_);
  bed.storage = storage::open_local(std::filesystem::temp_directory_path().string()).value();
  std::map<std::string, Json> found;
  const auto result = require_result(bed.run("Doctor", Json::object()));
  for (const auto& finding : result["findings"]) {
    if (finding.contains("table")) found[finding["table"]] = finding;
  }
  EXPECT_THAT(found["executions"].dump(),
              AllOf(HasSubstr("may not lock its rows"), HasSubstr("grant UPDATE (to lock")));
  EXPECT_EQ(found["logs"]["remedy"], "grant DELETE");
  EXPECT_EQ(found["metrics"]["remedy"], "grant SELECT, DELETE");
}

// Without the right to skip them, the purge waits for rows that others have locked.
TEST_P(PurgeRights, ToReadAndDeleteLeaveWhatOthersHold) {
  grant("SELECT, DELETE", kAll);
  settings_.lock_timeout_ms = 50;
  TaskBed bed(settings_);
  const auto other = holder("executions", "e1");
  const auto result = require_result(bed.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 2);
  EXPECT_EQ(result["skippedCount"], 1);
  EXPECT_EQ(result["skipped"][0]["key"], "e1");
}

// Logs by day, as operators with many of them keep them; the key alone is no primary key there.
TEST_P(PurgeRequests, OfPartitionedLogsGo) {
  if (!on("postgresql"))
    GTEST_SKIP() << "MySQL has no FULLTEXT index, which Kestra's logs have, there";
  add_executions(6);
  add_trigger_log("t1");
  const bool marked = rows_.schema().table("logs")->column("deleted") != nullptr;
  say("ALTER TABLE logs RENAME TO logs_before");
  say("CREATE TABLE logs (LIKE logs_before) PARTITION BY RANGE (timestamp)");
  say("ALTER TABLE logs ALTER COLUMN timestamp SET NOT NULL, ADD PRIMARY KEY (key, timestamp)");
  say("CREATE INDEX ON logs (execution_id)");
  say(marked ? "CREATE INDEX ON logs (deleted, tenant_id, timestamp)"
             : "CREATE INDEX ON logs (tenant_id, timestamp)");
  say("CREATE TABLE logs_old PARTITION OF logs FOR VALUES FROM (MINVALUE) TO ('2026-01-01')");
  say("CREATE TABLE logs_new PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO (MAXVALUE)");
  say("INSERT INTO logs SELECT * FROM logs_before");
  EXPECT_EQ(require_result(bed_.run("PurgeLogs", with(kPurge, {{"executionId", "e0"}})))["count"],
            2);
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 2}})));
  EXPECT_EQ(result["executionsCount"], 6);
  EXPECT_EQ(result["logsCount"], 10);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("t1"));
  EXPECT_EQ(require_result(bed_.run("PurgeLogs", kPurge))["nonExecutionLogsCount"], 1);
}

INSTANTIATE_TEST_SUITE_P(Engines, PurgeRequests, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());
INSTANTIATE_TEST_SUITE_P(Engines, PurgeRights, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

TEST_P(PurgeRequests, KeepTheNewestOfEachFlowHoweverOldTheyAre) {
  for (const std::string flow : {"daily", "hourly"}) {
    for (const std::string day : {"01", "02", "03"}) {
      rows_.add_execution(flow + day, "company.team", flow, "2026-01-" + day + "T00:00:00.000000Z");
    }
  }
  rows_.add_execution("alone", "company.other", "daily", kEnd);
  const auto last = with(kPurge, {{"keepLast", 2}});
  EXPECT_EQ(require_result(bed_.plan("PurgeExecutions", last))["selected"], 2);
  EXPECT_EQ(require_result(
                bed_.run("PurgeExecutions", with(last, {{"dryRun", true}})))["executionsCount"],
            2);
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", last))["executionsCount"], 2);
  EXPECT_THAT(rows_.keys("executions"),
              UnorderedElementsAre("alone", "daily02", "daily03", "hourly02", "hourly03"));
}

// A page of the walk may have rows of ten thousand flows, and the first deletion waits for none of
// them: hourly has an execution more by the time that its own are due.
TEST_P(PurgeRequests, LookAtAFlowWhenItsRowsAreDue) {
  rows_.add_execution("daily1", "company.team", "daily", "2026-01-01T00:00:00.000000Z");
  rows_.add_execution("daily2", "company.team", "daily", "2026-01-02T00:00:00.000000Z");
  rows_.add_execution("hourly1", "company.team", "hourly", "2026-01-03T00:00:00.000000Z");
  rows_.add_execution("hourly2", "company.team", "hourly", "2026-01-04T00:00:00.000000Z");
  bed_.host.on_event = [&](const Json& event) {
    if (event.value("batch", 0) != 1) return;
    rows_.add_execution("hourly3", "company.team", "hourly", "2026-01-05T00:00:00.000000Z");
  };
  require_result(bed_.run("PurgeExecutions", with(kPurge, {{"keepLast", 1}, {"batchSize", 1}})));
  EXPECT_THAT(rows_.keys("executions"), UnorderedElementsAre("daily2", "hourly3"));
}

TEST_P(PurgeRequests, KeepTheNewestByTheirEndAlone) {
  const auto result =
      bed_.run("PurgeExecutions", with(kPurge, {{"keepLast", 2}, {"dateFilter", "START"}}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::invalid_parameter);
  EXPECT_EQ(result.error().pointer, "/keepLast");
}

}  // namespace
}  // namespace winnow::tests

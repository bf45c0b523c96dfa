// Selected rows that are not deleted because an operator's foreign key, trigger or rule, or a limit
// of the server, refuses or keeps them. They keep everything that belongs to them and are named;
// everything else is deleted, and the run ends.
#include <gmock/gmock.h>

#include "database/kept_connection.h"
#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Two files per execution; records which ones it was asked to remove.
class RecordingStorage : public storage::Storage {
 public:
  std::vector<storage::Removed> remove(std::span<const storage::ExecutionFolder> folders,
                                       const Cancellation&, storage::Deadline) override {
    for (const auto& folder : folders) asked.insert(folder.execution);
    return std::vector<storage::Removed>(folders.size(), {.files = 2});
  }
  std::vector<storage::Removed> count(std::span<const storage::ExecutionFolder> folders,
                                      const Cancellation&) override {
    return std::vector<storage::Removed>(folders.size(), {.files = 2});
  }
  std::set<std::string> asked;
};

class PurgeRefused : public PurgeBed {
 protected:
  static constexpr int kExecutions = 20;

  PurgeRefused() { add_executions(kExecutions); }

  std::string key_of_executions() const {
    const auto& key = *rows_.schema().table("executions")->column("key");
    return key.type_name +
           (key.collation.empty() ? "" : " CHARACTER SET utf8mb4 COLLATE " + key.collation);
  }

  // A trigger on the rows of a table that meet the condition on OLD. `body`: plpgsql.
  void make_trigger(const std::string& table, const std::string& when, const std::string& body) {
    if (on("postgresql")) {
      say("CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF " + when +
          " THEN " + body + " END IF; RETURN OLD; END $$");
      say("CREATE TRIGGER own BEFORE DELETE ON " + table + " FOR EACH ROW EXECUTE FUNCTION own()");
    } else if (on("mysql")) {
      say("CREATE TRIGGER own BEFORE DELETE ON " + table + " FOR EACH ROW BEGIN IF " + when +
          " THEN " + body + " END IF; END");
    } else {
      say("CREATE TRIGGER own BEFORE DELETE ON " + table + " WHEN " + when + " BEGIN " + body +
          " END");
    }
  }
  std::string raising() const {
    if (on("postgresql")) return "RAISE EXCEPTION 'audited' USING ERRCODE = 'WX001';";
    if (on("mysql")) {
      return "SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 5555, MESSAGE_TEXT = 'audited';";
    }
    return "SELECT RAISE(ABORT, 'audited');";
  }
  std::string keeping() const {
    return on("postgresql") ? "RETURN NULL;" : "SELECT RAISE(IGNORE);";
  }
  std::string old_key() const { return on("mysql") ? "OLD.`key`" : "OLD.key"; }

  // All executions except one are deleted; that one keeps everything that belongs to it and is
  // named.
  void expect_all_but(const std::string& kept, const Json& result, const std::string& reason) {
    EXPECT_EQ(result["executionsCount"], kExecutions - 1);
    EXPECT_EQ(result["logsCount"], 2 * (kExecutions - 1));
    EXPECT_EQ(result["metricsCount"], 2 * (kExecutions - 1));
    EXPECT_EQ(result["skippedCount"], 1);
    ASSERT_EQ(result["skipped"].size(), 1U) << result.dump();
    EXPECT_EQ(result["skipped"][0]["key"], kept);
    EXPECT_THAT(result["skipped"][0]["reason"].get<std::string>(), HasSubstr(reason));
    EXPECT_THAT(bed_.host.logs(),
                Contains(AllOf(HasSubstr("\"" + kept + "\""), HasSubstr(reason))));
    EXPECT_THAT(rows_.keys("executions"), ElementsAre(kept));
    EXPECT_THAT(rows_.keys("logs"), ElementsAre(kept + "-0", kept + "-1"));
    EXPECT_THAT(rows_.keys("metrics"), ElementsAre(kept + "-0", kept + "-1"));
  }
  void purge_all_but(const std::string& kept, const std::string& reason) {
    expect_all_but(kept, require_result(bed_.run("PurgeExecutions", kPurge)), reason);
  }
  void purge_all_but_with_files(const std::string& kept, const std::string& reason) {
    auto storage = std::make_unique<RecordingStorage>();
    const auto& asked = storage->asked;
    bed_.storage = std::move(storage);
    const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
    EXPECT_EQ(result["storagesCount"], 2 * (kExecutions - 1));
    EXPECT_THAT(asked, Not(Contains(kept)));
    expect_all_but(kept, result, reason);
  }
};

TEST_P(PurgeRefused, AnExecutionThatAForeignKeyPointsAt) {
  if (on("sqlite")) GTEST_SKIP() << "checks foreign keys only where a session asks it to";
  say("CREATE TABLE billing (ex " + key_of_executions() +
      ", FOREIGN KEY (ex) REFERENCES executions(" + connection_->dialect().quoted("key") + "))");
  say("INSERT INTO billing VALUES ('e7')");
  purge_all_but("e7", "billing");
}

TEST_P(PurgeRefused, AnExecutionWithFilesThatAForeignKeyPointsAtWhenItCommits) {
  if (!on("postgresql")) GTEST_SKIP() << "only PostgreSQL defers what it checks";
  say("CREATE TABLE billing (ex varchar REFERENCES executions(key) DEFERRABLE INITIALLY DEFERRED)");
  say("INSERT INTO billing VALUES ('e7')");
  purge_all_but_with_files("e7", "billing");
}

TEST_P(PurgeRefused, AnExecutionThatAForeignKeyPointsAtWhenItCommits) {
  if (!on("postgresql")) GTEST_SKIP() << "only PostgreSQL defers what it checks";
  say("CREATE TABLE billing (ex varchar REFERENCES executions(key) DEFERRABLE INITIALLY DEFERRED)");
  say("INSERT INTO billing VALUES ('e7')");
  purge_all_but("e7", "billing");
}

// What a listing read from the catalog, and the opened library remembers, is less than a deletion
// needs.
TEST_P(PurgeRefused, WhateverListingsCameBeforeOnOneHandle) {
  database::KeptConnection kept(std::chrono::minutes(10));
  bed_.kept = &kept;
  const auto list = [&] {
    for (int time = 0; time < 2; ++time) {
      EXPECT_EQ(require_result(bed_.run("ListExecutions", Json::object()))["size"], kExecutions);
    }
  };
  list();
  if (on("postgresql")) {
    say("CREATE FUNCTION public.alike(varchar, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS "
        "'SELECT true'");
    say("CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = text, FUNCTION = public.alike)");
    list();
    const auto refused = bed_.run("PurgeExecutions", kPurge);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("operator =(character varying,text)"));
    EXPECT_EQ(rows_.keys("executions").size(), static_cast<std::size_t>(kExecutions));
    say("DROP OPERATOR public.= (varchar, text)");
  }
  const bool raises = on("mysql");
  make_trigger("executions", old_key() + " = 'e7'", raises ? raising() : keeping());
  list();
  purge_all_but("e7", raises ? "audited" : "trigger");
}

TEST_P(PurgeRefused, AnExecutionForWhichATriggerRaises) {
  make_trigger("executions", old_key() + " = 'e7'", raising());
  purge_all_but("e7", "audited");
}

TEST_P(PurgeRefused, AnExecutionWithFilesForWhichATriggerRaises) {
  make_trigger("executions", old_key() + " = 'e7'", raising());
  purge_all_but_with_files("e7", "audited");
}

TEST_P(PurgeRefused, AnExecutionForWhoseLogATriggerRaises) {
  make_trigger("logs", old_key() + " = 'e7-1'", raising());
  purge_all_but("e7", "audited");
}

TEST_P(PurgeRefused, AnExecutionWithFilesForWhoseMetricATriggerRaises) {
  make_trigger("metrics", old_key() + " = 'e7-1'", raising());
  purge_all_but_with_files("e7", "audited");
}

TEST_P(PurgeRefused, AnExecutionThatATriggerKeeps) {
  if (on("mysql")) GTEST_SKIP() << "its triggers can't keep a row";
  make_trigger("executions", old_key() + " = 'e7'", keeping());
  purge_all_but("e7", "trigger or a rule");
}

TEST_P(PurgeRefused, AnExecutionWithFilesThatATriggerKeeps) {
  if (on("mysql")) GTEST_SKIP() << "its triggers can't keep a row";
  make_trigger("executions", old_key() + " = 'e7'", keeping());
  purge_all_but_with_files("e7", "trigger or a rule");
}

TEST_P(PurgeRefused, AnExecutionWhoseLogATriggerKeeps) {
  if (on("mysql")) GTEST_SKIP() << "its triggers can't keep a row";
  make_trigger("logs", old_key() + " = 'e7-1'", keeping());
  purge_all_but("e7", "\"logs\"");
}

TEST_P(PurgeRefused, AnExecutionWithFilesWhoseLogATriggerKeeps) {
  if (on("mysql")) GTEST_SKIP() << "its triggers can't keep a row";
  make_trigger("logs", old_key() + " = 'e7-1'", keeping());
  purge_all_but_with_files("e7", "\"logs\"");
}

TEST_P(PurgeRefused, AnExecutionThatARuleKeeps) {
  if (!on("postgresql")) GTEST_SKIP() << "has no rules";
  say("CREATE RULE own AS ON DELETE TO executions WHERE OLD.key = 'e7' DO INSTEAD NOTHING");
  purge_all_but("e7", "trigger or a rule");
}

TEST_P(PurgeRefused, AllWhereARuleMakesNothingOfADeletion) {
  if (!on("postgresql")) GTEST_SKIP() << "has no rules";
  say("CREATE RULE own AS ON DELETE TO executions DO INSTEAD NOTHING");
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 0);
  EXPECT_EQ(result["logsCount"], 0);
  EXPECT_EQ(result["skippedCount"], kExecutions);
  EXPECT_EQ(rows_.keys("logs").size(), 2U * kExecutions);
}

TEST_P(PurgeRefused, AnExecutionWhoseMetricARuleKeeps) {
  if (!on("postgresql")) GTEST_SKIP() << "has no rules";
  say("CREATE RULE own AS ON DELETE TO metrics WHERE OLD.key = 'e7-0' DO INSTEAD NOTHING");
  purge_all_but("e7", "\"metrics\"");
}

TEST_P(PurgeRefused, AllWhereATriggerKeepsAll) {
  if (on("mysql")) GTEST_SKIP() << "its triggers can't keep a row";
  make_trigger("executions", "1 = 1", keeping());
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 0);
  EXPECT_EQ(result["batches"], 0);
  EXPECT_EQ(result["skippedCount"], kExecutions);
  EXPECT_EQ(result["skipped"].size(), 10U);
  EXPECT_EQ(rows_.keys("logs").size(), 2U * kExecutions);
}

TEST_P(PurgeRefused, LogsAloneAreRefusedOneByOneToo) {
  make_trigger("logs", old_key() + " = 'e7-1'", raising());
  const auto result = require_result(bed_.run("PurgeLogs", kPurge));
  EXPECT_EQ(result["count"], 2 * kExecutions - 1);
  EXPECT_EQ(result["skippedCount"], 1);
  EXPECT_EQ(result["skipped"][0]["key"], "e7-1");
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("e7-1"));
}

TEST_P(PurgeRefused, DependentsOfAnExecutionThatStaysAreRefusedOneByOneToo) {
  make_trigger("logs", old_key() + " = 'e7-1'", raising());
  const auto result =
      require_result(bed_.run("PurgeExecutions", with(kPurge, {{"purgeExecution", false}})));
  EXPECT_EQ(result["logsCount"], 2 * (kExecutions - 1));
  EXPECT_EQ(result["skipped"][0]["key"], "e7");
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("e7-0", "e7-1"));
  EXPECT_EQ(rows_.keys("executions").size(), std::size_t{kExecutions});
}

TEST_P(PurgeRefused, ALateLogThatStaysIsNamed) {
  make_trigger("logs", old_key() + " = 'late'", raising());
  bool written = false;
  bed_.host.on_event = [&](const Json&) {
    if (!std::exchange(written, true)) rows_.add_log("late", "e0");
  };
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 5}})));
  EXPECT_EQ(result["executionsCount"], kExecutions);
  EXPECT_EQ(result["skipped"][0]["key"], "e0");
  EXPECT_THAT(result["skipped"][0]["reason"].get<std::string>(),
              AllOf(HasSubstr("late"), HasSubstr("audited")));
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("late"));
}

TEST_P(PurgeRefused, SeveralConnectionsNameEachOnce) {
  make_trigger("executions", old_key() + " IN ('e3', 'e7', 'e11')", raising());
  bed_.connections = 3;
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 2}})));
  EXPECT_EQ(result["executionsCount"], kExecutions - 3);
  EXPECT_EQ(result["skippedCount"], 3);
  std::set<std::string> named;
  for (const auto& row : result["skipped"]) named.insert(row["key"]);
  EXPECT_THAT(named, ElementsAre("e11", "e3", "e7"));
}

// 30 ms for each of twenty rows: with a limit of 300 ms they are deleted in smaller batches.
TEST_P(PurgeRefused, BatchesShrinkToTheServersTimeLimit) {
  if (!on("postgresql")) GTEST_SKIP() << "MySQL's limit is for SELECT alone";
  make_trigger("executions", "true", "PERFORM pg_sleep(0.03);");
  say("ALTER DATABASE " + database_.settings().database + " SET statement_timeout = '300ms'");
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], kExecutions);
  EXPECT_EQ(result["skippedCount"], 0);
  EXPECT_GE(result["retries"], 1);
  EXPECT_THAT(rows_.keys("logs"), IsEmpty());
}

TEST_P(PurgeRefused, AnExecutionThatTakesLongerThanTheServersTimeLimitIsNamedWithTheSetting) {
  if (!on("postgresql")) GTEST_SKIP() << "MySQL's limit is for SELECT alone";
  make_trigger("executions", "OLD.key = 'e7'", "PERFORM pg_sleep(10);");
  say("ALTER DATABASE " + database_.settings().database + " SET statement_timeout = '300ms'");
  purge_all_but("e7", "`statement_timeout`");
}

// The sessions may write small temporary files alone, so that they can't sort all keys at once.
TEST_P(PurgeRefused, PagesOfKeysShrinkToTheServersLimit) {
  if (!on("postgresql")) GTEST_SKIP() << "MySQL limits the time of reads alone";
  constexpr int kMore = 3'000;
  say("INSERT INTO executions (key, value) SELECT 'more' || n, jsonb_set(value, '{id}', "
      "to_jsonb('more' || n)) FROM executions, generate_series(1, " +
      std::to_string(kMore) + ") AS n WHERE key = 'e0'");
  say("ANALYZE executions");
  for (const auto* setting : {"temp_file_limit = '128kB'", "work_mem = '64kB'",
                              "enable_indexscan = off", "enable_incremental_sort = off"}) {
    say("ALTER DATABASE " + database_.settings().database + " SET " + setting);
  }
  const auto counted =
      require_result(bed_.run("PurgeExecutions", with(kPurge, {{"dryRun", true}})));
  EXPECT_EQ(counted["executionsCount"], kExecutions + kMore);
  EXPECT_EQ(counted["logsCount"], 2 * kExecutions);
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], kExecutions + kMore);
  EXPECT_THAT(rows_.keys("executions"), IsEmpty());
}

// Group replication: a transaction that is too large for the group (3100), or that a member could
// not certify (3101).
TEST_P(PurgeRefused, BatchesShrinkToWhatAReplicationGroupTakes) {
  if (!on("mysql")) GTEST_SKIP() << "is MySQL's";
  make_trigger("executions", "(@refused := IFNULL(@refused, 0) + 1) <= 3",
               "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 3100;");
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], kExecutions);
  EXPECT_EQ(result["retries"], 3);
  for (const auto& event : bed_.host.events())
    EXPECT_LE(event.value("rows", 0), kExecutions / 8 + 1);
}

TEST_P(PurgeRefused, ATransactionThatAReplicationGroupCouldNotCertifyIsTriedAgain) {
  if (!on("mysql")) GTEST_SKIP() << "is MySQL's";
  make_trigger("executions", "(@refused := IFNULL(@refused, 0) + 1) <= 1",
               "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 3101;");
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], kExecutions);
  EXPECT_EQ(result["retries"], 1);
  EXPECT_EQ(result["batches"], 1);
}

class PurgeLocked : public PurgeRefused {
 protected:
  void SetUp() override {
    auto settings = database_.settings();
    settings.lock_timeout_ms = 50;
    patient_ = std::make_unique<TaskBed>(settings);
  }

  void expect_named(const Json& result, const std::string& key) {
    EXPECT_EQ(result["skippedCount"], 1) << result.dump();
    EXPECT_EQ(result["skipped"][0]["key"], key);
    EXPECT_THAT(patient_->host.logs(), Contains(HasSubstr("\"" + key + "\"")));
  }

  std::unique_ptr<TaskBed> patient_;
};

// PostgreSQL's pages reach a day beyond the date, as its columns keep the writer's local time.
TEST_P(PurgeLocked, AnExecutionIsNamedWithoutOnesThatTheDateLeavesOut) {
  rows_.add_execution("younger", "company.team", "daily", "2026-02-01T05:00:00.000000Z");
  const auto other = holder("executions", "e7");
  const auto result = require_result(patient_->run("PurgeExecutions", kPurge));
  expect_named(result, "e7");
  EXPECT_EQ(result["skipped"].size(), 1U) << result["skipped"];
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("e7", "younger"));
}

TEST_P(PurgeLocked, AnExecutionToTheEndIsNamedAndAllOthersGo) {
  const auto other = holder("executions", "e7");
  const auto result = require_result(patient_->run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], kExecutions - 1);
  expect_named(result, "e7");
  require(other->rollback());
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("e7"));
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("e7-0", "e7-1"));
}

// The other session releases its lock once the wait is reported.
TEST_P(PurgeLocked, AnExecutionIsReportedWhileItIsWaitedFor) {
  auto settings = database_.settings();
  settings.lock_timeout_ms = 500;
  TaskBed bed(settings);
  bed.policy.tenants = {"main"};
  const auto other = holder("executions", "e1");
  std::vector<Json> waits;
  bed.host.on_event = [&](const Json& event) {
    if (event["event"] != "waiting") return;
    waits.push_back(event);
    require(other->rollback());
  };
  const auto result = require_result(bed.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["skippedCount"], 0);
  EXPECT_THAT(rows_.keys("executions"), IsEmpty());
  ASSERT_EQ(waits.size(), 1U);
  EXPECT_THAT(waits.front()["for"].get<std::string>(), HasSubstr("\"executions\""));
  EXPECT_GE(waits.front()["waitedMs"], 1'000);
  EXPECT_THAT(bed.host.logs(), Contains(HasSubstr("waiting for rows of table \"executions\"")));
}

TEST_P(PurgeLocked, ATableIsReportedWhileItIsWaitedFor) {
  auto settings = database_.settings();
  settings.lock_timeout_ms = 500;
  TaskBed bed(settings);
  bed.policy.tenants = {"main"};
  const auto other = database_.connection();
  const auto ask = [&](const char* sql) {
    require(other->query(database::plain(sql), [](const database::Row&) { return true; }));
  };
  int waits = 0;
  bed.host.on_event = [&](const Json& event) {
    if (event["event"] == "batch" && event.value("batch", 0) == 1) {
      if (on("postgresql")) ask("BEGIN");
      ask(on("postgresql") ? "LOCK TABLE logs IN ACCESS EXCLUSIVE MODE" : "LOCK TABLES logs WRITE");
    }
    if (event["event"] != "waiting" || ++waits > 1) return;
    ask(on("postgresql") ? "ROLLBACK" : "UNLOCK TABLES");
  };
  const auto result = require_result(bed.run("PurgeExecutions", with(kPurge, {{"batchSize", 2}})));
  EXPECT_EQ(result["skippedCount"], 0);
  EXPECT_THAT(rows_.keys("executions"), IsEmpty());
  EXPECT_GE(waits, 1);
}

TEST_P(PurgeLocked, ALogToTheEndKeepsItsExecutionAndAllOthersGo) {
  const auto other = holder("logs", "e7-1");
  const auto result = require_result(patient_->run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], kExecutions - 1);
  expect_named(result, "e7");
  require(other->rollback());
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("e7"));
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("e7-0", "e7-1"));
}

TEST_P(PurgeLocked, ALogThatIsFreedGoesInALaterPass) {
  const auto other = holder("logs", "e7-1");
  patient_->host.on_event = [&](const Json& event) {
    if (event.value("total", 0) == kExecutions - 1) static_cast<void>(other->rollback());
  };
  const auto result = require_result(patient_->run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], kExecutions);
  EXPECT_EQ(result["skippedCount"], 0);
  EXPECT_FALSE(result.contains("skipped"));
}

TEST_P(PurgeLocked, AnExecutionWhoseLogsAloneGoIsNamedAndTheLogsOfOthersGo) {
  const auto other = holder("executions", "e7");
  const auto result =
      require_result(patient_->run("PurgeExecutions", with(kPurge, {{"purgeExecution", false}})));
  EXPECT_EQ(result["logsCount"], 2 * (kExecutions - 1));
  expect_named(result, "e7");
}

TEST_P(PurgeLocked, ALogOfManyIsNamedByAPurgeOfLogs) {
  const auto other = holder("logs", "e7-1");
  const auto result = require_result(patient_->run("PurgeLogs", kPurge));
  EXPECT_EQ(result["count"], 2 * kExecutions - 1);
  expect_named(result, "e7-1");
}

INSTANTIATE_TEST_SUITE_P(Engines, PurgeRefused, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());
// A SQLite transaction locks the whole database.
INSTANTIATE_TEST_SUITE_P(Engines, PurgeLocked, testing::ValuesIn(with_a_server()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

// What PurgeOrphans deletes, and what it keeps.
#include <optional>

#include "tests/support/partitioned_logs.h"
#include "tests/tasks/orphans/bed.h"
#include "tests/tasks/receipts/receipts_file.h"

namespace winnow::tests {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const Json kSweep{{"dryRun", false}};

class OrphanRows : public OrphanBed {
 protected:
  OrphanRows() { rows_.add_execution("another", "company.other", "daily", kLongAgo, 0); }

  // Two logs and a metric of an execution that is there, and of two that are not.
  void fill() {
    rows_.add_execution("alive", "company.team", "daily", kLongAgo, 0);
    for (const char* id : {"alive", "gone", "lost"}) {
      add_child("logs", std::string(id) + "-1", id);
      add_child("logs", std::string(id) + "-2", id);
      add_child("metrics", std::string(id) + "-1", id);
    }
  }
};

TEST_P(OrphanRows, LeaveReceiptsOfEachTable) {
  fill();
  const ReceiptsFile file;
  bed_.receipts = {.file = file.path(), .full_keys = true};
  require_result(bed_.run("PurgeOrphans", kSweep));
  EXPECT_THAT(file.kinds(),
              ElementsAre("begin", "batch", "committed", "batch", "committed", "end"));
  EXPECT_EQ(file.records()[1]["table"], "logs");
  EXPECT_EQ(file.records()[1]["keys"], Json({"gone-1", "gone-2", "lost-1", "lost-2"}));
  EXPECT_EQ(file.records()[3]["table"], "metrics");
  const auto proof = require_result(bed_.run("VerifyReceipts", {{"database", true}}));
  EXPECT_EQ(proof["rows"], 6);
  EXPECT_EQ(proof["checkedKeys"], 6);
}

TEST_P(OrphanRows, GoAndTheRowsOfExecutionsStay) {
  fill();
  const auto result = require_result(bed_.run("PurgeOrphans", kSweep));
  EXPECT_EQ(result["logsCount"], 4);
  EXPECT_EQ(result["metricsCount"], 2);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("alive-1", "alive-2"));
  EXPECT_THAT(rows_.keys("metrics"), ElementsAre("alive-1"));
  TaskBed again(database_.settings());
  EXPECT_EQ(require_result(again.run("PurgeOrphans", kSweep))["batches"], 0);
}

// Its table of executions was renamed, or only partly restored.
TEST_P(OrphanRows, StayInADatabaseWithoutAnyExecution) {
  say("DELETE FROM executions");
  require_result(bed_.run("PurgeOrphans", kSweep));  // nor is there a row to delete
  add_child("logs", "log", "gone");
  add_child("metrics", "metric", "gone");
  const auto refused = bed_.run("PurgeOrphans", kSweep);
  ASSERT_FALSE(refused) << refused->dump();
  EXPECT_EQ(refused.error().kind, FailureKind::limit);
  EXPECT_THAT(refused.error().message, HasSubstr("no execution at all"));
  EXPECT_EQ(rows_.keys("logs").size() + rows_.keys("metrics").size(), 2U);
}

TEST_P(OrphanRows, AreOnlyCountedUnlessAskedForMore) {
  fill();
  const auto result = require_result(bed_.run("PurgeOrphans", Json::object()));
  EXPECT_EQ(result["logsCount"], 4);
  EXPECT_EQ(result["metricsCount"], 2);
  EXPECT_EQ(result["dryRun"], true);
  EXPECT_EQ(rows_.keys("logs").size(), 6U);
}

TEST_P(OrphanRows, StayWhenTheBudgetOfThePaceIsUsed) {
  fill();
  const Json pace{{"budget", "PT0.001S"}};
  const auto result = require_result(bed_.run("PurgeOrphans", {{"dryRun", false}, {"pace", pace}}));
  EXPECT_EQ(result["pace"]["budgetUsed"], true);
  EXPECT_EQ(result["logsCount"], 0);
  EXPECT_EQ(rows_.keys("logs").size(), 6U);
}

// In Kestra's collation on MySQL the two ids are equal, and a lookup finds one of them for both.
TEST_P(OrphanRows, AreNotThoseOfAnExecutionWhoseIdIsSpeltAlike) {
  rows_.add_execution("eleve", "company.team", "daily", kLongAgo, 0);
  add_child("logs", "b", "eleve");
  add_child("logs", "a", "élève");
  const auto counted = require_result(bed_.run("PurgeOrphans", Json::object()));
  EXPECT_EQ(counted["logsCount"], 1);
  const auto result = require_result(bed_.run("PurgeOrphans", kSweep));
  EXPECT_EQ(result["logsCount"], 1);
  EXPECT_EQ(result["skippedCount"], 0);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("b"));
}

TEST_P(OrphanRows, OfTriggersAreNone) {
  const Json trigger{{"tenantId", "main"},    {"namespace", "company.team"},
                     {"flowId", "daily"},     {"triggerId", "hourly"},
                     {"timestamp", kLongAgo}, {"level", "WARN"},
                     {"message", "fired"},    {"deleted", false}};
  rows_.execute({rows_.insertion("logs", {{"key", "trigger"}, {"value", trigger.dump()}})});
  EXPECT_EQ(require_result(bed_.run("PurgeOrphans", kSweep))["logsCount"], 0);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("trigger"));
}

TEST_P(OrphanRows, ThatAreYoungStay) {
  add_child("logs", "old", "gone", ago(std::chrono::hours(2)));
  add_child("logs", "young", "gone", ago(std::chrono::minutes(10)));
  const auto result =
      require_result(bed_.run("PurgeOrphans", {{"dryRun", false}, {"minimumAge", 3'600}}));
  EXPECT_EQ(result["logsCount"], 1);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("young"));
}

TEST_P(OrphanRows, StayWhileThePolicyKeepsWhatIsAsYoung) {
  add_child("logs", "old", "gone", ago(std::chrono::hours(2)));
  add_child("logs", "young", "gone", ago(std::chrono::minutes(10)));
  bed_.policy.min_age = std::chrono::hours(1);
  const Json parameters{{"dryRun", false}, {"minimumAge", 60}};
  EXPECT_EQ(require_result(bed_.run("PurgeOrphans", parameters))["logsCount"], 1);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("young"));
}

TEST_P(OrphanRows, KeepToTenantNamespaceAndPolicy) {
  add_child("logs", "mine", "g1", kLongAgo, "company.team");
  add_child("logs", "below", "g2", kLongAgo, "company.team.sub");
  add_child("logs", "protected", "g3", kLongAgo, "company.team.kept");
  add_child("logs", "elsewhere", "g4", kLongAgo, "other");
  add_child("logs", "tenant", "g5", kLongAgo, "company.team", "second");
  bed_.policy.tenants = {"main"};
  bed_.policy.allow = {"company.**"};
  bed_.policy.protect = {"company.team.kept"};
  EXPECT_EQ(require_result(bed_.run("PurgeOrphans", kSweep))["logsCount"], 2);
  EXPECT_THAT(rows_.keys("logs"), UnorderedElementsAre("protected", "elsewhere", "tenant"));
  TaskBed other(database_.settings());
  other.policy.tenants = {"second"};
  EXPECT_EQ(require_result(other.run("PurgeOrphans",
                                     {{"dryRun", false}, {"namespace", "other"}}))["logsCount"],
            0);
}

TEST_P(OrphanRows, OfMoreExecutionsThanThePolicyAllowsAllStay) {
  fill();
  bed_.policy.max_executions = 1;
  const auto result = bed_.run("PurgeOrphans", kSweep);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::limit);
  EXPECT_EQ(rows_.keys("logs").size(), 6U);
}

TEST_P(OrphanRows, GoAsTheDryRunThatWasApprovedPlannedThem) {
  fill();
  const Json id = require_result(bed_.run("PurgeOrphans", Json::object()))["planId"];
  ASSERT_TRUE(id.is_string());
  const auto held = [&](const Json& more, const std::string& task = "PurgeOrphans") {
    Json parameters{{"dryRun", false}, {"expectPlan", id}};
    parameters.update(more);
    return bed_.run(task, parameters);
  };
  const auto refused = [&](const Json& more, FailureKind kind, const std::string& what) {
    const auto result = held(more);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, kind);
    EXPECT_EQ(result.error().pointer, "/expectPlan");
    EXPECT_THAT(result.error().message, HasSubstr(what));
  };
  refused({{"namespace", "company.team"}}, FailureKind::invalid_parameter, "\"namespace\"");
  refused({{"expectPlan", "0." + id.get<std::string>()}}, FailureKind::invalid_parameter,
          "damaged");
  add_child("logs", "more", "gone");
  refused(Json::object(), FailureKind::limit, "5 rows of table \"logs\", and 4 were planned");
  EXPECT_EQ(rows_.keys("logs").size(), 7U);
  // What became old since is not part of the plan.
  add_child("metrics", "young", "gone", document::to_text(document::now() - std::chrono::hours(2)));
  const auto result = require_result(held({{"maxDrift", 25}, {"minimumAge", 60}}));
  EXPECT_EQ(result["logsCount"], 5);
  EXPECT_EQ(result["metricsCount"], 2);
  EXPECT_EQ(result["planId"], id);
  EXPECT_THAT(rows_.keys("metrics"), ElementsAre("alive-1", "young"));
}

// Of each table, in every batch: what comes in mid-run is not counted with what was planned.
TEST_P(OrphanRows, AreNeverMoreThanThePlanHas) {
  fill();
  const Json id = require_result(bed_.run("PurgeOrphans", Json::object()))["planId"];
  bool added = false;
  bed_.host.on_event = [&](const Json& event) {
    if (event.contains("batch") && !std::exchange(added, true)) add_child("logs", "more", "lost");
  };
  const auto result =
      bed_.run("PurgeOrphans", {{"dryRun", false}, {"batchSize", 2}, {"expectPlan", id}});
  ASSERT_TRUE(added);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::limit);
  EXPECT_THAT(result.error().message, HasSubstr("the plan that `expectPlan` names"));
  EXPECT_GE(rows_.keys("logs").size(), 3U);
}

TEST_P(OrphanRows, StayWhereTheSchemaIsAnotherThanPlanned) {
  fill();
  const Json id = require_result(bed_.run("PurgeOrphans", Json::object()))["planId"];
  say("CREATE INDEX winnow_plan_test ON metrics (execution_id, flow_id)");
  const auto result = bed_.run("PurgeOrphans", {{"dryRun", false}, {"expectPlan", id}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::schema);
  EXPECT_THAT(result.error().message, HasSubstr("\"metrics\""));
}

TEST_P(OrphanRows, OfOneExecutionGoInSeveralTransactions) {
  for (int i = 0; i < 25; ++i) add_child("logs", "k" + std::to_string(i), "gone");
  const auto result =
      require_result(bed_.run("PurgeOrphans", {{"dryRun", false}, {"batchSize", 10}}));
  EXPECT_EQ(result["logsCount"], 25);
  EXPECT_EQ(result["batches"], 3);
  for (const auto& event : bed_.host.events()) EXPECT_LE(event.value("rows", 0), 10);
}

TEST_P(OrphanRows, GoByALargeBatchSizeToo) {
  add_child("logs", "k", "gone");
  const Json run{{"dryRun", false}, {"batchSize", 50'000}};
  EXPECT_THAT(require_result(bed_.plan("PurgeOrphans", run))["notes"].dump(), HasSubstr("10000"));
  auto result = require_result(bed_.run("PurgeOrphans", run));
  EXPECT_EQ(result["logsCount"], 1);
  EXPECT_THAT(result["notes"].dump(), HasSubstr("batchSize 50000 is reduced to 10000"));
}

TEST_P(OrphanRows, OfMoreExecutionsThanAPageHasAllGo) {
  std::vector<database::Statement> statements;
  for (int i = 0; i < 1'203; ++i) {
    const Json log{{"tenantId", "main"},
                   {"namespace", "company.team"},
                   {"flowId", "daily"},
                   {"level", "INFO"},
                   {"executionId", "g" + std::to_string(i)},
                   {"timestamp", kLongAgo},
                   {"message", "m"},
                   {"deleted", i % 2 == 0}};
    statements.push_back(
        rows_.insertion("logs", {{"key", "k" + std::to_string(i)}, {"value", log.dump()}}));
  }
  rows_.execute(statements);
  rows_.add_execution("g7", "company.team", "daily", kLongAgo, 0);
  EXPECT_EQ(require_result(bed_.run("PurgeOrphans", kSweep))["logsCount"], 1'202);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("k7"));
}

TEST_P(OrphanRows, OfAnExecutionThatComesBackInMidRunStay) {
  for (const char* id : {"a", "b"}) {
    for (int i = 0; i < 3; ++i) add_child("logs", id + std::to_string(i), id);
  }
  bool came = false;
  bed_.host.on_event = [&](const Json&) {
    if (!std::exchange(came, true)) rows_.add_execution("b", "company.team", "daily", kLongAgo, 0);
  };
  require_result(bed_.run("PurgeOrphans", {{"dryRun", false}, {"batchSize", 3}}));
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("b0", "b1", "b2"));
}

TEST_P(OrphanRows, AreFoundByTheIndexOfTheirExecutions) {
  fill();
  const auto plan = require_result(bed_.plan("PurgeOrphans", Json::object()));
  EXPECT_GE(plan["statements"].size(), 5U);
  std::vector<std::string> purposes;
  for (const auto& statement : plan["statements"]) purposes.push_back(statement["purpose"]);
  EXPECT_THAT(purposes, Contains("walk the executions of logs"));
  EXPECT_EQ(rows_.keys("logs").size(), 6U);
}

// Case N13.
TEST_P(OrphanRows, OfAPartitionedTableGo) {
  if (on("sqlite")) GTEST_SKIP() << "has no partitions";
  partition_logs(*connection_);
  fill();
  EXPECT_EQ(require_result(bed_.run("PurgeOrphans", kSweep))["logsCount"], 4);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("alive-1", "alive-2"));
}

// What Kestra's own purge knows nothing of.
class OrphansOfKestrasPurge : public OrphanRows {
 protected:
  void add_document(const std::string& table, const std::string& key, const Json& value) {
    if (has(table))
      rows_.execute({rows_.insertion(table, {{"key", key}, {"value", value.dump()}})});
  }

  void add_queued(const std::string& id, const std::string& tenant,
                  const std::string& name_space = "company.team") {
    Json value{{"tenantId", tenant}, {"namespace", name_space}, {"flowId", "daily"}};
    value["execution"] = value;
    value["execution"]["id"] = id;
    value["date"] = kLongAgo;
    add_document("execution_queued", tenant + "_" + name_space + "_daily_" + id, value);
  }

  void add_message(const std::string& id, const std::string& type,
                   const std::optional<std::string>& consumed) {
    if (GetParam().schema_version == "2.0") return;
    Values values{{"type", type}, {"key", id}, {"value", Json{{"id", id}}.dump()}};
    // MySQL accepts no zone.
    if (consumed) values.emplace_back("updated", consumed->substr(0, on("mysql") ? 26 : 27));
    rows_.execute({rows_.insertion("queues", values)});
  }

  // One row in each table.
  void add_dependents(const std::string& id) {
    add_document("executorstate", id, {{"executionId", id}});
    add_document("sla_monitor", id + "_sla",
                 {{"executionId", id}, {"slaId", "s"}, {"deadline", kLongAgo}});
    add_queued(id, "main");
    add_document("executordelayed", id + "_r", {{"executionId", id}, {"date", kLongAgo}});
    add_document("worker_job_running", "run-" + id,
                 {{"taskRun", {{"id", "run-" + id}, {"executionId", id}}},
                  {"workerInstance", {{"workerUuid", "w"}, {"uid", "w"}}}});
    add_message(id, kExecution, kLongAgo);
  }

  void drop_index_of_sla() {
    say(on("mysql") ? "DROP INDEX ix_execution_id ON sla_monitor"
                    : "DROP INDEX sla_monitor__execution_id");
  }

  std::size_t dependents() const {
    std::size_t tables = 0;
    for (const char* table : {"executorstate", "sla_monitor", "execution_queued", "executordelayed",
                              "worker_job_running"}) {
      if (has(table)) ++tables;
    }
    return tables + (GetParam().schema_version == "2.0" ? 0 : 1);
  }

  static constexpr const char* kExecution = "io.kestra.core.models.executions.Execution";
};

TEST_P(OrphansOfKestrasPurge, GoWithATenantToo) {
  rows_.add_execution("alive", "company.team", "daily", kLongAgo, 0);
  add_dependents("alive");
  add_dependents("gone");
  add_queued("theirs", "second");
  bed_.policy.tenants = {"main"};
  const auto counted = require_result(bed_.run("PurgeOrphans", Json::object()));
  EXPECT_EQ(counted["dependentsCount"], dependents());
  TaskBed bed(database_.settings());
  bed.policy.tenants = {"main"};
  const auto result = require_result(bed.run("PurgeOrphans", kSweep));
  EXPECT_EQ(result["dependentsCount"], dependents());
  EXPECT_EQ(result["skippedCount"], 0);
  EXPECT_FALSE(result.contains("leftOut")) << result["leftOut"];
  EXPECT_THAT(bed.host.logs(), IsEmpty());
  for (const char* table :
       {"executorstate", "sla_monitor", "executordelayed", "worker_job_running"}) {
    if (!has(table)) continue;
    EXPECT_THAT(rows_.keys(table), ElementsAre(HasSubstr("alive"))) << table;
  }
  EXPECT_THAT(rows_.keys("execution_queued"),
              ElementsAre(HasSubstr("_alive"), "second_company.team_daily_theirs"));
  if (GetParam().schema_version == "2.0") return;
  EXPECT_THAT(rows_.keys("queues"), ElementsAre("alive"));
}

// A message is written before its execution is.
TEST_P(OrphansOfKestrasPurge, ThatAreMessagesWaitUntilTheyAreConsumedAndOld) {
  if (GetParam().schema_version == "2.0") GTEST_SKIP() << "its own retention removes messages";
  add_message("waits", kExecution, std::nullopt);
  add_message("young", kExecution, ago(std::chrono::minutes(10)));
  add_message("old", kExecution, kLongAgo);
  add_message("killed", "io.kestra.core.models.executions.ExecutionKilled", kLongAgo);
  add_message("not-an-execution", "io.kestra.core.runners.WorkerJob", kLongAgo);
  EXPECT_EQ(require_result(bed_.run("PurgeOrphans", kSweep))["dependentsCount"], 2);
  EXPECT_THAT(rows_.keys("queues"), UnorderedElementsAre("waits", "young", "not-an-execution"));
}

TEST_P(OrphansOfKestrasPurge, ThatDontTellTheirNamespaceAreLeftOutWhereThePolicyAsks) {
  add_dependents("gone");
  bed_.policy.protect = {"company.kept"};
  add_queued("kept", "main", "company.kept");
  const auto result = require_result(bed_.run("PurgeOrphans", kSweep));
  EXPECT_EQ(result["dependentsCount"], 1);
  EXPECT_THAT(rows_.keys("execution_queued"), ElementsAre("main_company.kept_daily_kept"));
  for (const auto& left_out :
       {result["leftOut"].dump(),
        require_result(bed_.plan("PurgeOrphans", Json::object()))["leftOut"].dump()}) {
    EXPECT_THAT(left_out, HasSubstr("\\\"sla_monitor\\\" stay, because they have no namespace"));
  }
  EXPECT_THAT(bed_.host.logs(), Contains(HasSubstr("sla_monitor")));
}

// Case S1.
TEST_P(OrphansOfKestrasPurge, OfASmallTableWithoutAnIndexAreFoundByAScan) {
  drop_index_of_sla();
  add_dependents("alive");
  add_dependents("gone");
  rows_.add_execution("alive", "company.team", "daily", kLongAgo, 0);
  require_result(bed_.run("PurgeOrphans", kSweep));
  EXPECT_THAT(rows_.keys("sla_monitor"), ElementsAre("alive_sla"));
}

TEST_P(OrphansOfKestrasPurge, OfABigTableWithoutAnIndexStayAndTheIndexIsNamed) {
  drop_index_of_sla();
  std::vector<database::Statement> statements;
  for (int i = 0; i < 10'001; ++i) {
    const auto key = "k" + std::to_string(i);
    statements.push_back(rows_.insertion(
        "sla_monitor",
        {{"key", key},
         {"value", Json{{"executionId", key}, {"slaId", "s"}, {"deadline", kLongAgo}}.dump()}}));
  }
  rows_.execute(statements);
  const auto result = require_result(bed_.run("PurgeOrphans", kSweep));
  EXPECT_EQ(result["dependentsCount"], 0);
  EXPECT_THAT(result["leftOut"].dump(), AllOf(HasSubstr("sla_monitor"), HasSubstr("CREATE INDEX"),
                                              HasSubstr("execution_id")));
  EXPECT_THAT(bed_.host.logs(), Contains(HasSubstr("CREATE INDEX")));
  bed_.policy.allow_scan = true;
  EXPECT_EQ(require_result(bed_.run("PurgeOrphans", kSweep))["dependentsCount"], 10'001);
}

// Whatever keeps a row: the others are deleted, and it is counted.
TEST_P(OrphanRows, ThatTheDatabaseRefusesToDeleteStayAndTheOthersGo) {
  fill();
  const std::string when = "OLD." + connection_->dialect().quoted("key") + " = 'gone-1'";
  if (on("postgresql")) {
    say("CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF " + when +
        " THEN RAISE EXCEPTION 'audited' USING ERRCODE = 'WX001'; END IF; RETURN OLD; END $$");
    say("CREATE TRIGGER own BEFORE DELETE ON logs FOR EACH ROW EXECUTE FUNCTION own()");
  } else if (on("mysql")) {
    say("CREATE TRIGGER own BEFORE DELETE ON logs FOR EACH ROW BEGIN IF " + when +
        " THEN SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 5555, MESSAGE_TEXT = 'audited'; END IF; "
        "END");
  } else {
    say("CREATE TRIGGER own BEFORE DELETE ON logs WHEN " + when +
        " BEGIN SELECT RAISE(ABORT, 'audited'); END");
  }
  const auto result = require_result(bed_.run("PurgeOrphans", kSweep));
  EXPECT_EQ(result["logsCount"], 3);
  EXPECT_EQ(result["metricsCount"], 2);
  EXPECT_EQ(result["skippedCount"], 1);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("alive-1", "alive-2", "gone-1"));
  ASSERT_EQ(result.value("skipped", Json()).size(), 1U);
  EXPECT_EQ(result["skipped"][0]["table"], "logs");
  EXPECT_EQ(result["skipped"][0]["key"], "gone-1");
  EXPECT_THAT(result["skipped"][0]["reason"].dump(), HasSubstr("audited"));
  EXPECT_THAT(bed_.host.logs(),
              Contains(AllOf(HasSubstr("1 orphaned row of table \"logs\" stays: \"gone-1\""),
                             HasSubstr("audited"))));
}

TEST_P(OrphanRows, ThatATriggerKeepsStayAndTheOthersGo) {
  if (on("mysql")) GTEST_SKIP() << "its triggers can't keep a row silently";
  fill();
  const std::string when = "OLD." + connection_->dialect().quoted("key") + " = 'gone-1'";
  if (on("postgresql")) {
    say("CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF " + when +
        " THEN RETURN NULL; END IF; RETURN OLD; END $$");
    say("CREATE TRIGGER own BEFORE DELETE ON logs FOR EACH ROW EXECUTE FUNCTION own()");
  } else {
    say("CREATE TRIGGER own BEFORE DELETE ON logs WHEN " + when +
        " BEGIN SELECT RAISE(IGNORE); END");
  }
  const auto result = require_result(bed_.run("PurgeOrphans", kSweep));
  EXPECT_EQ(result["logsCount"], 3);
  EXPECT_EQ(result["skippedCount"], 1);
  ASSERT_EQ(result.value("skipped", Json()).size(), 1U);
  EXPECT_EQ(result["skipped"][0]["key"], "gone-1");
}

TEST_P(OrphanRows, ThatOthersHoldStayAndTheOthersGo) {
  if (on("sqlite")) GTEST_SKIP() << "a transaction locks the whole database";
  fill();
  const auto other = database_.connection();
  require(other->begin());
  const auto lock =
      "SELECT 1 FROM logs WHERE " + other->dialect().quoted("key") + " = 'gone-1' FOR UPDATE";
  require(other->query({.sql = lock, .parameters = {}}, [](const auto&) { return true; }));
  const auto result = require_result(bed_.run("PurgeOrphans", kSweep));
  EXPECT_EQ(result["logsCount"], 3);
  EXPECT_EQ(result["skippedCount"], 1);
  require(other->rollback());
  EXPECT_EQ(require_result(bed_.run("PurgeOrphans", kSweep))["logsCount"], 1);
}

INSTANTIATE_TEST_SUITE_P(Engines, OrphanRows, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());
INSTANTIATE_TEST_SUITE_P(Engines, OrphansOfKestrasPurge, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

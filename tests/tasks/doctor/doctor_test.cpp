// What the doctor says of a database, and that it changes nothing.
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "database/postgres/health.h"
#include "tests/storage/scratch.h"
#include "tests/support/kestra_rows.h"
#include "tests/support/partitioned_logs.h"
#include "tests/support/require.h"
#include "tests/support/task_bed.h"
#include "tests/support/test_database.h"
#include "tools/sample/schema.h"

namespace winnow::tests {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const char* const kDay = "2026-02-01T12:00:00.000000Z";

class DoctorTest : public testing::TestWithParam<TestEngine> {
 protected:
  DoctorTest()
      : database_(TestDatabase::create(GetParam())),
        connection_(database_.connection()),
        bed_(database_.settings()) {}

  KestraRows rows() {
    require(sample::create_schema(*connection_, GetParam().schema_version));
    return {*connection_, {"executions", "logs", "metrics"}};
  }
  bool on(const std::string& dialect) const { return connection_->dialect().name() == dialect; }
  Json look(const Json& parameters = Json::object()) {
    return require_result(bed_.run("Doctor", parameters));
  }
  static Json table(const Json& result, const std::string& name) {
    for (const auto& each : result["tables"]) {
      if (each["table"] == name) return each;
    }
    return nullptr;
  }
  void ask(const std::string& sql) {
    require(connection_->query({.sql = sql, .parameters = {}},
                               [](const database::Row&) { return true; }));
  }

  TestDatabase database_;
  std::unique_ptr<database::Connection> connection_;
  TaskBed bed_;
};

TEST_P(DoctorTest, TellsTheSchemaByWhatIsThere) {
  rows();
  const auto result = look();
  const auto version = GetParam().schema_version;
  EXPECT_EQ(result["schema"], version == "1.1" ? "1.0 to 1.2" : version);
  EXPECT_THAT(result["server"].get<std::string>(), HasSubstr("SQL"));
}

TEST_P(DoctorTest, FindsNothingInAHealthyDatabase) {
  rows().add_execution("e1", "company.team", "daily", kDay);
  const auto result = look();
  EXPECT_THAT(result["findings"], IsEmpty());
  EXPECT_GT(result["database"]["bytes"], 0);
  EXPECT_FALSE(table(result, "executions").is_null());
  EXPECT_EQ(table(result, "logs")["orphans"],
            (Json{{"rowsLookedAt", 2}, {"found", 0}, {"all", true}}));
  if (on("sqlite")) return;  // reports only the size of the whole file
  EXPECT_GT(table(result, "executions")["bytes"], 0);
  EXPECT_GT(table(result, "executions")["indexBytes"], 0);
}

TEST_P(DoctorTest, SaysThatADatabaseIsNotKestras) {
  const auto result = look();
  EXPECT_FALSE(result.contains("schema"));
  EXPECT_THAT(result["tables"], IsEmpty());
  ASSERT_EQ(result["findings"].size(), 1U);
  EXPECT_THAT(result["findings"][0]["problem"].get<std::string>(),
              HasSubstr("not a schema of Kestra"));
}

// A migration that was interrupted: each task would be refused, and the doctor would find nothing.
TEST_P(DoctorTest, NamesTheTableAndTheColumnThatTheTasksMiss) {
  rows();
  ask("DROP TABLE metrics");
  ask(on("sqlite") ? "ALTER TABLE logs RENAME COLUMN execution_id TO renamed"
                   : "ALTER TABLE logs DROP COLUMN execution_id");
  const auto result = look();
  std::vector<std::string> found;
  for (const auto& each : result["findings"]) {
    found.push_back(each.value("table", "") + ": " + each["problem"].get<std::string>());
  }
  EXPECT_THAT(found,
              testing::IsSupersetOf(
                  {"metrics: there is no such table: purges are refused",
                   "logs: there is no column \"execution_id\": tasks that need it are refused"}));
}

// Case N19: a base path that is empty, or one level too deep.
TEST_P(DoctorTest, SaysThatTheStorageHoldsNothingOfTheTenant) {
  auto rows = this->rows();
  const Scratch scratch;
  bed_.storage = scratch.storage();
  bed_.allow_missing_files = false;
  EXPECT_THAT(look()["findings"], IsEmpty());
  rows.add_execution("e1", "company.team", "daily", kDay);
  const auto findings = look()["findings"];
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0]["problem"].get<std::string>(),
              HasSubstr("the folder " + scratch.base().string() + " is empty"));
  EXPECT_THAT(findings[0]["remedy"].get<std::string>(), HasSubstr("mounted"));
  bed_.allow_missing_files = true;
  EXPECT_THAT(look()["findings"], IsEmpty());
  bed_.allow_missing_files = false;
  std::filesystem::create_directory(scratch.base() / "company");
  EXPECT_THAT(look()["findings"][0]["problem"].get<std::string>(),
              HasSubstr("no folder \"main\" of the tenant"));
  std::filesystem::create_directory(scratch.base() / "main");
  EXPECT_THAT(look()["findings"], IsEmpty());
}

TEST_P(DoctorTest, SaysThatTheStorageCantBeReached) {
  rows().add_execution("e1", "company.team", "daily", kDay);
  const Scratch scratch;
  bed_.storage = scratch.storage();
  std::filesystem::remove(scratch.base());
  const auto findings = look()["findings"];
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0]["problem"].get<std::string>(), HasSubstr(scratch.base().string()));
}

TEST_P(DoctorTest, CountsRowsWhoseExecutionIsGone) {
  auto rows = this->rows();
  rows.add_execution("e1", "company.team", "daily", kDay);
  for (const char* key : {"l1", "l2"}) rows.add_log(key, "gone");
  rows.add_log("l3", "é1");  // to the collation of MySQL's tables the same
  rows.add_log("l4", "e1");
  const auto result = look();
  EXPECT_EQ(table(result, "logs")["orphans"],
            (Json{{"rowsLookedAt", 6}, {"found", 3}, {"all", true}}));
  ASSERT_EQ(result["findings"].size(), 1U);
  EXPECT_EQ(result["findings"][0]["table"], "logs");
  EXPECT_THAT(result["findings"][0]["problem"].get<std::string>(), HasSubstr("3 of all its 6"));
  EXPECT_THAT(result["findings"][0]["remedy"].get<std::string>(), HasSubstr("PurgeLogs"));
  EXPECT_EQ(rows.keys("logs").size(), 6U);
}

// An older database whose tables were not all converted.
TEST_P(DoctorTest, CountsThemWhereTheTablesHaveDifferentCharacterSets) {
  if (!on("mysql")) GTEST_SKIP() << "MySQL's tables have character sets";
  auto rows = this->rows();
  rows.add_execution("e1", "company.team", "daily", kDay);
  rows.add_log("l1", "gone");
  ask("ALTER TABLE executions CONVERT TO CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci");
  EXPECT_EQ(table(look(), "logs")["orphans"]["found"], 1);
}

// Where an index could be no longer when a dump was restored.
TEST_P(DoctorTest, TakesTheBeginningsOfKeysForNoPrimaryKey) {
  if (!on("mysql")) GTEST_SKIP() << "only MySQL has indexes on beginnings";
  rows();
  ask("ALTER TABLE executions DROP PRIMARY KEY, ADD PRIMARY KEY (`key`(191))");
  EXPECT_THAT(look()["findings"].dump(), HasSubstr("no unique index has the column"));
}

// The same tables as PurgeOrphans.
TEST_P(DoctorTest, CountsWhatKestrasOwnPurgeLeaves) {
  rows().add_execution("alive", "company.team", "daily", kDay);
  KestraRows rows(*connection_, {"executorstate", "sla_monitor", "execution_queued",
                                 "executordelayed", "worker_job_running", "queues"});
  const auto documents = [](const std::string& id) {
    return std::map<std::string, Json>{
        {"executorstate", {{"executionId", id}}},
        {"sla_monitor", {{"executionId", id}, {"slaId", "s"}, {"deadline", kDay}}},
        {"execution_queued",
         {{"namespace", "n"}, {"flowId", "f"}, {"date", kDay}, {"execution", {{"id", id}}}}},
        {"executordelayed", {{"executionId", id}, {"date", kDay}}},
        {"worker_job_running",
         {{"taskRun", {{"executionId", id}}},
          {"workerInstance", {{"workerUuid", "w"}, {"uid", "w"}}}}}};
  };
  for (const std::string id : {"alive", "missing"}) {
    for (const auto& [table, document] : documents(id)) {
      if (rows.schema().table(table) == nullptr) continue;
      rows.execute({rows.insertion(table, {{"key", id}, {"value", document.dump()}})});
    }
  }
  const Json one_of_two = {{"rowsLookedAt", 2}, {"found", 1}, {"all", true}};
  for (const auto& [name, document] : documents("")) {
    if (rows.schema().table(name) == nullptr) continue;
    EXPECT_EQ(table(look(), name)["orphans"], one_of_two) << name;
  }
}

TEST_P(DoctorTest, CountsMessagesThatWereConsumed) {
  if (GetParam().schema_version == "2.0") GTEST_SKIP() << "its own retention removes messages";
  this->rows().add_execution("alive", "company.team", "daily", kDay);
  KestraRows rows(*connection_, {"queues"});
  const std::string consumed = "2026-02-01T12:00:00.000000";
  const auto add = [&](const std::string& type, const std::string& key, bool waits) {
    Values values{{"type", "io.kestra.core." + type}, {"key", key}, {"value", "{}"}};
    if (!waits) values.emplace_back("updated", consumed);
    rows.execute({rows.insertion("queues", values)});
  };
  add("models.executions.Execution", "alive", false);
  add("models.executions.Execution", "missing", false);
  add("models.executions.ExecutionKilled", "missing", false);
  add("models.executions.Execution", "waits", true);
  add("runners.WorkerJob", "no-execution", false);
  EXPECT_EQ(table(look(), "queues")["orphans"],
            (Json{{"rowsLookedAt", 4}, {"found", 2}, {"all", true}}));
}

TEST_P(DoctorTest, CountsTheRowsThatAreThereAndNotThoseThatWere) {
  auto rows = this->rows();
  for (int i = 0; i < 10; ++i) rows.add_log("l" + std::to_string(i), "gone");
  rows.execute(
      {{"DELETE FROM logs WHERE " + connection_->dialect().quoted("key") + " < 'l7'", {}}});
  if (on("postgresql")) ask("ANALYZE logs");
  if (on("mysql")) ask("ANALYZE TABLE logs");
  EXPECT_EQ(table(look(), "logs")["rows"], 3);
}

TEST_P(DoctorTest, AddsThePartitionsOfATableUp) {
  if (on("sqlite")) GTEST_SKIP() << "has no partitions";
  auto rows = this->rows();
  partition_logs(*connection_);
  rows.add_execution("e1", "company.team", "daily", kDay);
  for (int i = 0; i < 10; ++i) rows.add_log("l" + std::to_string(i), "gone");
  ask(on("mysql") ? "ANALYZE TABLE logs" : "ANALYZE logs");
  const auto logs = table(look(), "logs");
  EXPECT_EQ(logs["rows"], 12);
  EXPECT_GT(logs["bytes"], 0);
  EXPECT_GT(logs["indexBytes"], 0);
  EXPECT_EQ(logs["orphans"], (Json{{"rowsLookedAt", 12}, {"found", 10}, {"all", true}}));
}

TEST_P(DoctorTest, LooksAtNoMoreRowsThanTheSample) {
  auto rows = this->rows();
  for (const char* key : {"a1", "a2", "a3", "z1", "z2"}) rows.add_log(key, "gone");
  const auto orphans = table(look({{"sample", 3}}), "logs")["orphans"];
  EXPECT_EQ(orphans["rowsLookedAt"], 3);
  EXPECT_EQ(orphans["found"], 3);
  EXPECT_EQ(orphans["all"], false);
}

TEST_P(DoctorTest, NamesAMissingIndexAndTheStatementThatAddsIt) {
  rows();
  std::string name;
  const auto schema = require(connection_->probe(std::array{std::string("executions")}));
  for (const auto& index : schema.table("executions")->indexes) {
    if (index.columns.back() == "end_date") name = index.name;
  }
  ASSERT_FALSE(name.empty());
  ask("DROP INDEX " + connection_->dialect().quoted(name) + (on("mysql") ? " ON executions" : ""));
  const auto missing = table(look(), "executions")["missingIndexes"];
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_THAT(missing[0]["columns"].get<std::vector<std::string>>(),
              ElementsAre("deleted", "tenant_id", "end_date"));
  ask(missing[0]["add"].get<std::string>());
  EXPECT_THAT(look()["findings"], IsEmpty());
}

TEST_P(DoctorTest, PlansItsLookUpsByIndex) {
  rows();
  const auto plan = require_result(bed_.plan("Doctor", Json::object()));
  ASSERT_GE(plan["statements"].size(), 3U);
  for (const auto& statement : plan["statements"]) {
    EXPECT_THAT(statement["scans"], IsEmpty()) << statement.dump();
    EXPECT_GE(statement["indexes"].size(), 1U) << statement.dump();
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, DoctorTest, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

// --- What PostgreSQL's numbers mean ---

TEST(PostgresHealth, SaysWhatToDoAboutDeadRowsAndLongTransactions) {
  const auto health = require(database::postgres_health(R"({"bytes": 1, "oldest": 7200, "tables": [
    {"name": "logs", "rows": 5000, "dead": 90000, "live": 5000, "bytes": 1, "index_bytes": 1, "vacuum": null, "analyze": "x"},
    {"name": "metrics", "rows": null, "dead": 0, "live": 5000, "bytes": 1, "index_bytes": 1, "vacuum": null, "analyze": null},
    {"name": "queues", "rows": 9000, "dead": 900, "live": 9000, "bytes": 1, "index_bytes": 1, "vacuum": null, "analyze": "x"}]})"));
  ASSERT_EQ(health.findings.size(), 3U);
  EXPECT_THAT(health.findings[0].problem, HasSubstr("open for 7200 s"));
  EXPECT_EQ(health.findings[1].table, "logs");
  EXPECT_THAT(health.findings[1].problem, HasSubstr("90000 dead rows"));
  EXPECT_THAT(health.findings[1].remedy, HasSubstr("VACUUM (ANALYZE) logs"));
  EXPECT_EQ(health.findings[2].table, "metrics");
  EXPECT_THAT(health.findings[2].remedy, HasSubstr("ANALYZE metrics"));
  EXPECT_FALSE(health.tables.at("metrics").rows);
}

// The other session's clock, or its start between ours and the look at it.
TEST(PostgresHealth, KnowsNoTransactionThatIsYoungerThanNow) {
  const auto health =
      require(database::postgres_health(R"({"bytes": 1, "oldest": -1, "tables": []})"));
  EXPECT_EQ(health.numbers.back(),
            (std::pair<std::string, std::int64_t>("oldestTransactionSeconds", 0)));
}

}  // namespace
}  // namespace winnow::tests

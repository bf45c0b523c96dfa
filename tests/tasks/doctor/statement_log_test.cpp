// MySQL servers that allow no deletion, because they log statements or accept no writes: everything
// that only reads works.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "database/url/settings.h"
#include "tests/servers/own_server.h"
#include "tests/support/kestra_rows.h"
#include "tests/support/require.h"
#include "tests/support/task_bed.h"
#include "tests/support/test_database.h"
#include "tools/sample/schema.h"

namespace winnow::tests {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class StatementLog : public testing::TestWithParam<TestEngine> {};
class ReadOnlyServer : public StatementLog {};

void expect_plan_of_deletions(const Json& plan) {
  int deletions = 0;
  for (const auto& statement : plan["statements"]) {
    if (statement["purpose"] != "delete from logs") continue;
    ++deletions;
    EXPECT_THAT(statement["indexes"], Not(IsEmpty())) << statement;
  }
  EXPECT_GE(deletions, 1) << plan["task"];
}

TEST_P(StatementLog, RefusesWhatDeletesAndNothingElse) {
  const OwnServer server("mysql", "--log-bin=binlog --binlog-format=STATEMENT");
  auto database = TestDatabase::create(GetParam(), server.url());
  const auto connection = database.connection();
  // An own session writes what Kestra's would.
  require(connection->query(database::plain("SET SESSION binlog_format = 'ROW'"),
                            [](const auto&) { return true; }));
  require(sample::create_schema(*connection, GetParam().schema_version));
  KestraRows rows(*connection, {"executions", "logs", "metrics"});
  rows.add_execution("e1", "company.team", "daily", "2026-01-01T00:00:00.000000Z");
  TaskBed bed(database.settings());
  const Json purge{{"endDate", "2026-02-01T00:00:00Z"}};

  EXPECT_EQ(require_result(bed.run("ListExecutions", Json::object()))["size"], 1);
  EXPECT_EQ(require_result(bed.run("ListLogs", {{"fetchType", "NONE"}}))["size"], 2);
  require_result(bed.plan("ListExecutions", Json::object()));
  auto dry_run = purge;
  dry_run["dryRun"] = true;
  EXPECT_EQ(require_result(bed.run("PurgeExecutions", dry_run))["executionsCount"], 1);

  std::vector<std::string> findings;
  const auto result = require_result(bed.run("Doctor", Json::object()));
  for (const auto& finding : result["findings"]) {
    findings.push_back(finding.dump());
  }
  EXPECT_THAT(findings, Contains(AllOf(HasSubstr("binlog_format = STATEMENT"),
                                       HasSubstr("set binlog_format to ROW or MIXED"))));

  for (const auto& [task, parameters] :
       {std::pair{"PurgeExecutions", purge}, std::pair{"PurgeLogs", purge},
        std::pair{"PurgeOrphans", Json{{"dryRun", false}}}}) {
    const auto refused = bed.run(task, parameters);
    ASSERT_FALSE(refused) << task;
    EXPECT_EQ(refused.error().kind, FailureKind::configuration) << task;
    EXPECT_THAT(refused.error().message, HasSubstr("binlog_format to ROW or MIXED"));
    // A plan deletes nothing.
    const auto plan = require_result(bed.plan(task, parameters));
    ASSERT_TRUE(plan.contains("notes")) << plan.dump();
    EXPECT_THAT(plan["notes"][0].get<std::string>(),
                AllOf(HasSubstr("a run is refused"), HasSubstr("binlog_format = STATEMENT")));
    expect_plan_of_deletions(plan);
  }
  EXPECT_FALSE(require_result(bed.plan("PurgeExecutions", dry_run)).contains("notes"));
  EXPECT_EQ(rows.keys("executions").size(), 1U);
  EXPECT_EQ(rows.keys("logs").size(), 2U);
}

// A replica: an account without rights over the server may not even have a deletion explained.
TEST_P(ReadOnlyServer, RefusesWhatDeletesAndNothingElse) {
  const OwnServer server("mysql", "");
  auto database = TestDatabase::create(GetParam(), server.url());
  const auto connection = database.connection();
  require(sample::create_schema(*connection, GetParam().schema_version));
  KestraRows rows(*connection, {"executions", "logs", "metrics"});
  rows.add_execution("e1", "company.team", "daily", "2026-01-01T00:00:00.000000Z");
  auto settings = database.settings();
  for (const auto& sql : {std::string("CREATE USER reader@'%' IDENTIFIED BY 'reader'"),
                          "GRANT SELECT, DELETE ON `" + settings.database + "`.* TO reader@'%'",
                          std::string("SET GLOBAL read_only = 1")}) {
    require(connection->query(database::plain(sql), [](const auto&) { return true; }));
  }
  settings.user = settings.password = "reader";
  TaskBed bed(settings);
  const Json purge{{"endDate", "2026-02-01T00:00:00Z"}};
  auto dry_run = purge;
  dry_run["dryRun"] = true;
  EXPECT_EQ(require_result(bed.run("ListLogs", {{"fetchType", "NONE"}}))["size"], 2);
  EXPECT_EQ(require_result(bed.run("PurgeExecutions", dry_run))["executionsCount"], 1);
  require_result(bed.run("Doctor", Json::object()));
  // Nothing is deleted for a plan.
  for (const auto& [task, parameters] :
       {std::pair{"PurgeExecutions", purge}, std::pair{"PurgeOrphans", Json{{"dryRun", false}}}}) {
    expect_plan_of_deletions(require_result(bed.plan(task, parameters)));
  }
  const auto refused = bed.run("PurgeExecutions", purge);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, FailureKind::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("--read-only"));
  EXPECT_EQ(rows.keys("logs").size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Servers, StatementLog, testing::ValuesIn(only("mysql")),
                         testing::PrintToStringParamName());
INSTANTIATE_TEST_SUITE_P(Servers, ReadOnlyServer, testing::ValuesIn(only("mysql")),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StatementLog);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ReadOnlyServer);

}  // namespace
}  // namespace winnow::tests

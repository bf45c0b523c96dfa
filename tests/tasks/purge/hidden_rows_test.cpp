// A PostgreSQL role from which a row-level policy hides rows: nothing is deleted, whichever table
// it is, because hidden executions would make orphans of their logs, and hidden logs would stay
// behind.
#include <gmock/gmock.h>

#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class HiddenRows : public PurgeBed {
 protected:
  HiddenRows() : role_(database_.settings().database + "_hidden") {
    run("CREATE ROLE " + role_ + " LOGIN PASSWORD '" + database_.settings().password + "'");
    run("GRANT SELECT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + role_);
    add_executions(3);
  }
  ~HiddenRows() override {
    run("DROP OWNED BY " + role_);
    run("DROP ROLE " + role_);
  }
  void run(const std::string& sql) { rows_.execute({{.sql = sql, .parameters = {}}}); }

  void hide_rows_of(const std::string& table) {
    run("ALTER TABLE " + table + " ENABLE ROW LEVEL SECURITY");
    run("CREATE POLICY shown ON " + table + " USING (key LIKE 'e1%')");
  }

  std::unique_ptr<TaskBed> bed_of_the_role() const {
    auto settings = database_.settings();
    settings.user = role_;
    auto bed = std::make_unique<TaskBed>(settings);
    bed->policy.tenants = {"main"};
    return bed;
  }

  // All tables are as they were, and the failure names the one that is hidden.
  void is_refused(const std::string& task, const Json& parameters, const std::string& table) {
    const auto bed = bed_of_the_role();
    for (const bool plan : {true, false}) {
      const auto result = plan ? bed->plan(task, parameters) : bed->run(task, parameters);
      ASSERT_FALSE(result) << task << " " << result->dump();
      EXPECT_EQ(result.error().kind, FailureKind::schema);
      EXPECT_THAT(result.error().message,
                  AllOf(HasSubstr("row-level security"), HasSubstr("`" + table + "`"),
                        HasSubstr(role_), HasSubstr("BYPASSRLS")));
    }
    EXPECT_EQ(rows_.keys("executions").size(), 3U);
    EXPECT_EQ(rows_.keys("logs").size(), 6U);
    EXPECT_EQ(rows_.keys("metrics").size(), 6U);
  }

  const std::string role_;
};

const Json kFiles{{"purgeStorage", false}};

TEST_P(HiddenRows, OfExecutionsMakeNoOrphans) {
  hide_rows_of("executions");
  is_refused("PurgeOrphans", {{"dryRun", false}}, "executions");
  is_refused("PurgeOrphans", {{"dryRun", true}}, "executions");
  is_refused("PurgeExecutions", with(kPurge, kFiles), "executions");
}

TEST_P(HiddenRows, OfLogsAreNotLeftBehind) {
  hide_rows_of("logs");
  is_refused("PurgeExecutions", with(kPurge, kFiles), "logs");
  is_refused("PurgeOrphans", {{"dryRun", false}}, "logs");
  is_refused("PurgeLogs", kPurge, "logs");
}

// The doctor names the table and goes on: the other tables are reported as usual.
TEST_P(HiddenRows, AreOneFindingOfTheDoctor) {
  hide_rows_of("logs");
  const auto result = require_result(bed_of_the_role()->run("Doctor", Json::object()));
  ASSERT_EQ(result["findings"].size(), 1U) << result["findings"].dump();
  const auto& finding = result["findings"][0];
  EXPECT_EQ(finding["table"], "logs");
  EXPECT_THAT(finding["problem"].get<std::string>(),
              AllOf(HasSubstr("row-level security"), HasSubstr(role_)));
  EXPECT_THAT(finding["remedy"].get<std::string>(), HasSubstr("BYPASSRLS"));
  std::vector<std::string> examined;
  for (const auto& table : result["tables"]) examined.push_back(table["table"]);
  EXPECT_THAT(examined, AllOf(Contains("executions"), Contains("metrics"), Not(Contains("logs"))));
}

// Executions that are hidden are no orphans' parents.
TEST_P(HiddenRows, OfExecutionsMakeNoOrphansForTheDoctor) {
  hide_rows_of("executions");
  const auto result = require_result(bed_of_the_role()->run("Doctor", Json::object()));
  ASSERT_EQ(result["findings"].size(), 1U) << result["findings"].dump();
  EXPECT_EQ(result["findings"][0]["table"], "executions");
  for (const auto& table : result["tables"]) EXPECT_FALSE(table.contains("orphans")) << table;
}

// The policy is there, and does not bind this role.
TEST_P(HiddenRows, ARoleThatPassesOverPoliciesPurges) {
  hide_rows_of("executions");
  hide_rows_of("logs");
  run("ALTER ROLE " + role_ + " BYPASSRLS");
  const auto bed = bed_of_the_role();
  const auto result = require_result(bed->run("PurgeExecutions", with(kPurge, kFiles)));
  EXPECT_EQ(result["executionsCount"], 3);
  EXPECT_EQ(result["logsCount"], 6);
}

INSTANTIATE_TEST_SUITE_P(Engines, HiddenRows, testing::ValuesIn(only("postgresql", test_engines())),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(HiddenRows);

}  // namespace
}  // namespace winnow::tests

// What a probe finds in a table, and that it never costs a walk through one.
#include "tasks/selection/table_probes.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/kestra_rows.h"
#include "tests/support/require.h"
#include "tests/support/test_database.h"
#include "tests/tasks/many_executions.h"
#include "tools/sample/schema.h"

namespace winnow::tests {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

// Kestra 1.1: logs can be marked deleted.
class TableProbes : public testing::TestWithParam<TestEngine> {
 protected:
  TableProbes() : database_(TestDatabase::create(GetParam())), connection_(database_.connection()) {
    require(sample::create_schema(*connection_, "1.1"));
    schema_ = require(connection_->probe(std::array{std::string("logs"), std::string("metrics")}));
  }

  tasks::TableProbe any(const std::string& table) const { return {.table = schema_.table(table)}; }
  tasks::TableProbe marked(const std::string& table) const {
    return {.table = schema_.table(table),
            .deleted_before = schema_.table(table)->column("execution_id")};
  }

  std::vector<bool> found(const std::vector<tasks::TableProbe>& probes) {
    return tasks::run_probes(*connection_, probes).value();
  }

  void run(const std::string& sql) {
    require(connection_->execute(std::vector<database::Statement>{{.sql = sql, .parameters = {}}},
                                 database::AfterBatch::commit));
  }
  void mark_all_logs(bool deleted) {
    const std::string text = deleted ? "true" : "false";
    const auto name = connection_->dialect().name();
    run("UPDATE logs SET value = " +
        (name == "postgresql" ? "jsonb_set(value, '{deleted}', '" + text + "')"
         : name == "mysql"    ? "JSON_SET(value, '$.deleted', " + text + ")"
                              : "json_set(value, '$.deleted', json('" + text + "'))"));
  }

  void expect_an_index_alone() {
    const std::array probes{marked("logs")};
    const auto plan =
        require(connection_->explain(tasks::probe_sql(connection_->dialect(), probes)));
    EXPECT_THAT(plan.indexes, Not(IsEmpty())) << plan.text;
    EXPECT_THAT(plan.scans, Not(Contains("logs"))) << plan.text;
  }

  TestDatabase database_;
  std::unique_ptr<database::Connection> connection_;
  database::Schema schema_;
};

TEST_P(TableProbes, FindEmptyTablesAndThoseWithoutRowsMarkedDeleted) {
  const std::vector probes{any("logs"), marked("logs"), any("metrics"), marked("metrics")};
  EXPECT_THAT(found(probes), ElementsAre(false, false, false, false));
  fill_logs(*connection_, 3);
  EXPECT_THAT(found(probes), ElementsAre(true, false, false, false));
  mark_all_logs(true);
  EXPECT_THAT(found(probes), ElementsAre(true, true, false, false));
}

TEST_P(TableProbes, AreNotSentWhereThereIsNone) {
  EXPECT_THAT(found({}), IsEmpty());
}

TEST_P(TableProbes, UseAnIndex) {
  fill_logs(*connection_, 20'000);
  expect_an_index_alone();
}

// Nearly every row was marked when the server last counted, and none is now.
TEST_P(TableProbes, UseAnIndexWhereTheServersStatisticsAreWrong) {
  fill_logs(*connection_, 20'000);
  mark_all_logs(true);
  run(connection_->dialect().name() == "mysql" ? "ANALYZE TABLE logs" : "ANALYZE logs");
  mark_all_logs(false);
  expect_an_index_alone();
}

TEST_P(TableProbes, NeedRowsMarkedDeletedToStandTogetherInAnIndex) {
  auto logs = *schema_.table("logs");
  const auto& column = *logs.column("execution_id");
  EXPECT_TRUE(tasks::deleted_leads(logs, column));
  logs.indexes = {{.name = "reversed", .columns = {"execution_id", "deleted"}}};
  EXPECT_FALSE(tasks::deleted_leads(logs, column));
  logs.indexes = {{.name = "some", .columns = {"deleted", "execution_id"}, .partial = true}};
  EXPECT_FALSE(tasks::deleted_leads(logs, column));
  logs.indexes = {{.name = "other", .columns = {"deleted", "task_id", "execution_id"}}};
  EXPECT_FALSE(tasks::deleted_leads(logs, column));
}

INSTANTIATE_TEST_SUITE_P(Drivers, TableProbes, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

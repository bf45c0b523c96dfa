// What tables are asked about themselves, and that the answer never costs a walk through one.
#include "tasks/selection/contents.h"

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
class Contents : public testing::TestWithParam<TestEngine> {
 protected:
  Contents() : database_(TestDatabase::create(GetParam())), connection_(database_.connection()) {
    require(sample::create_schema(*connection_, "1.1"));
    schema_ = require(connection_->probe(std::array{std::string("logs"), std::string("metrics")}));
  }

  tasks::Question any(const std::string& table) const { return {.table = schema_.table(table)}; }
  tasks::Question marked(const std::string& table) const {
    return {.table = schema_.table(table),
            .marked_by = schema_.table(table)->column("execution_id")};
  }

  std::vector<bool> answers(const std::vector<tasks::Question>& questions) {
    return tasks::ask(*connection_, questions).value();
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
    const std::array questions{marked("logs")};
    const auto plan =
        require(connection_->explain(tasks::asking(connection_->dialect(), questions)));
    EXPECT_THAT(plan.indexes, Not(IsEmpty())) << plan.text;
    EXPECT_THAT(plan.scans, Not(Contains("logs"))) << plan.text;
  }

  TestDatabase database_;
  std::unique_ptr<database::Connection> connection_;
  database::Schema schema_;
};

TEST_P(Contents, TellEmptyTablesAndThoseWithoutMarkedRowsFromTheOthers) {
  const std::vector questions{any("logs"), marked("logs"), any("metrics"), marked("metrics")};
  EXPECT_THAT(answers(questions), ElementsAre(false, false, false, false));
  fill_logs(*connection_, 3);
  EXPECT_THAT(answers(questions), ElementsAre(true, false, false, false));
  mark_all_logs(true);
  EXPECT_THAT(answers(questions), ElementsAre(true, true, false, false));
}

TEST_P(Contents, AreNotAskedForWithoutAQuestion) {
  EXPECT_THAT(answers({}), IsEmpty());
}

TEST_P(Contents, AreToldByAnIndex) {
  fill_logs(*connection_, 20'000);
  expect_an_index_alone();
}

// Nearly every row was marked when the server last counted, and none is now.
TEST_P(Contents, AreToldByAnIndexWhereTheServersStatisticsAreWrong) {
  fill_logs(*connection_, 20'000);
  mark_all_logs(true);
  run(connection_->dialect().name() == "mysql" ? "ANALYZE TABLE logs" : "ANALYZE logs");
  mark_all_logs(false);
  expect_an_index_alone();
}

TEST_P(Contents, AreAskedForOnlyWhereMarkedRowsStandTogetherInAnIndex) {
  auto logs = *schema_.table("logs");
  const auto& column = *logs.column("execution_id");
  EXPECT_TRUE(tasks::marks_lead(logs, column));
  logs.indexes = {{.name = "reversed", .columns = {"execution_id", "deleted"}}};
  EXPECT_FALSE(tasks::marks_lead(logs, column));
  logs.indexes = {{.name = "some", .columns = {"deleted", "execution_id"}, .partial = true}};
  EXPECT_FALSE(tasks::marks_lead(logs, column));
  logs.indexes = {{.name = "other", .columns = {"deleted", "task_id", "execution_id"}}};
  EXPECT_FALSE(tasks::marks_lead(logs, column));
}

INSTANTIATE_TEST_SUITE_P(Drivers, Contents, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

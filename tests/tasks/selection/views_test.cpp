// What each task says of a view that bears the name of one of Kestra's tables (a reporting schema
// that comes first in the search path, a database of copies).
#include <gmock/gmock.h>

#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

class Views : public PurgeBed {
 protected:
  void put_view_in_place_of(const std::string& table) {
    add_executions(3);
    say("ALTER TABLE " + table + " RENAME TO kept");
    say("CREATE VIEW " + table + " AS SELECT * FROM kept");
  }
  void expect_refused(const tasks::TaskResult& result, const std::string& table) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::schema);
    EXPECT_THAT(result.error().message,
                AllOf(HasSubstr("`" + table + "`"), HasSubstr("is a view"), HasSubstr("the URL")));
  }
  // With every table that it reads or deletes from.
  void expect_refused(const std::string& task, const Json& parameters, const std::string& table) {
    SCOPED_TRACE(task);
    expect_refused(bed_.plan(task, parameters), table);
    expect_refused(bed_.run(task, parameters), table);
  }
};

TEST_P(Views, InPlaceOfExecutionsAreNamedByEachTask) {
  put_view_in_place_of("executions");
  expect_refused("PurgeExecutions", kPurge, "executions");
  expect_refused("PurgeExecutions", with(kPurge, {{"dryRun", true}}), "executions");
  expect_refused("ListExecutions", Json::object(), "executions");
  expect_refused("PurgeOrphans", Json::object(), "executions");
}

TEST_P(Views, InPlaceOfLogsAreNamedByEachTask) {
  put_view_in_place_of("logs");
  expect_refused("PurgeExecutions", kPurge, "logs");
  expect_refused("PurgeLogs", kPurge, "logs");
  expect_refused("ListLogs", Json::object(), "logs");
  expect_refused("PurgeOrphans", Json::object(), "logs");
  EXPECT_EQ(rows_.keys("executions").size(), 3U);
}

// Of a table that not every version of Kestra has.
TEST_P(Views, InPlaceOfAnOptionalTableAreNamedToo) {
  put_view_in_place_of("sla_monitor");
  expect_refused("PurgeExecutions", kPurge, "sla_monitor");
  EXPECT_EQ(rows_.keys("executions").size(), 3U);
}

TEST_P(Views, AreAFindingOfTheDoctors) {
  for (const auto* table : {"executions", "metrics"}) {
    say("ALTER TABLE " + std::string(table) + " RENAME TO kept_" + table);
    say("CREATE VIEW " + std::string(table) + " AS SELECT * FROM kept_" + table);
  }
  require_result(bed_.plan("Doctor", Json::object()));
  const auto result = require_result(bed_.run("Doctor", Json::object()));
  std::vector<std::string> found;
  for (const auto& finding : result["findings"]) found.push_back(finding.dump());
  for (const auto* table : {"executions", "metrics"}) {
    EXPECT_THAT(found,
                Contains(AllOf(HasSubstr(table), HasSubstr("is a view"), HasSubstr("the URL"))));
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, Views, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

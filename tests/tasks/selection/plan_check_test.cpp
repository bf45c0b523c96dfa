// A run that would scan a big table is refused before anything is sent, with the missing index;
// dropping each index in turn shows it.
#include "tasks/selection/plan_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/require.h"
#include "tests/support/task_bed.h"
#include "tests/support/test_database.h"
#include "tests/tasks/many_executions.h"
#include "tools/sample/schema.h"

namespace winnow::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::int64_t kBig = tasks::kSmallTable + 1'000;

class PlanCheck : public testing::TestWithParam<TestEngine> {
 protected:
  PlanCheck()
      : database_(TestDatabase::create(GetParam())),
        connection_(database_.connection()),
        bed_(database_.settings()) {
    require(sample::create_schema(*connection_, GetParam().schema_version));
    bed_.policy.tenants = {"main"};
  }

  bool on(const std::string& dialect) const { return connection_->dialect().name() == dialect; }

  database::Table table(const std::string& name) {
    const auto schema = require(connection_->probe(std::array{name}));
    return *schema.table(name);
  }

  void drop_index(const database::Table& of, const database::Index& index) {
    const auto name = connection_->dialect().quoted(index.name);
    const auto sql = "DROP INDEX " + name + (on("mysql") ? " ON " + of.name : "");
    require(connection_->query({.sql = sql, .parameters = {}},
                               [](const database::Row&) { return true; }));
  }
  // All that lead to the column, after others or not.
  void drop_indexes_on(const std::string& of, const std::string& column) {
    const auto found = table(of);
    for (const auto& index : found.indexes) {
      const auto& columns = index.columns;
      if (std::find(columns.begin(), columns.end(), column) == columns.end()) continue;
      if (columns == found.primary_key) continue;
      drop_index(found, index);
    }
  }

  database::ColumnType type_of(const std::string& table, const std::string& column) {
    return require(connection_->probe(std::array{table})).table(table)->column(column)->type;
  }

  Failure refusal(const std::string& task, const Json& parameters) {
    const auto result = bed_.run(task, parameters);
    if (!result) return result.error();
    return Failure{.kind = FailureKind::internal, .message = "it ran"};
  }

  void expect_refused(const std::string& task, const Json& parameters, const std::string& in_table,
                      const std::string& column) {
    const auto failure = refusal(task, parameters);
    EXPECT_EQ(failure.kind, FailureKind::schema) << failure.message;
    EXPECT_THAT(failure.message, AllOf(HasSubstr("\"" + in_table + "\""), HasSubstr(column),
                                       HasSubstr("CREATE INDEX"), HasSubstr("allow-scan")));
  }

  TestDatabase database_;
  std::unique_ptr<database::Connection> connection_;
  TaskBed bed_;
};

struct Order {
  const char* name;
  const char* column;
};
constexpr Order kOrders[] = {
    {"startDate", "start_date"}, {"endDate", "end_date"}, {"duration", "state_duration"}};

TEST_P(PlanCheck, NamesTheIndexThatAnOrderedListingLacksInABigTable) {
  fill_executions(*connection_, kBig);
  for (const auto& order : kOrders) {
    SCOPED_TRACE(order.name);
    // Another index serves there: Listing.ByDurationNamesTheIndexOfTheDocumentsThatItNeeds.
    if (type_of("executions", order.column) == database::ColumnType::minute_millis) continue;
    const Json parameters = {{"orderBy", order.name}, {"deleted", true}, {"size", 10}};
    EXPECT_TRUE(bed_.run("ListExecutions", parameters));
    drop_indexes_on("executions", order.column);
    // Though the same text has passed before in this process.
    expect_refused("ListExecutions", parameters, "executions", order.column);
    EXPECT_THAT(require_result(bed_.plan("ListExecutions", parameters)).dump(),
                HasSubstr("missingIndex"));
    bed_.policy.allow_scan = true;
    EXPECT_EQ(require_result(bed_.run("ListExecutions", parameters))["size"], 10);
    bed_.policy.allow_scan = false;
  }
  EXPECT_TRUE(bed_.run("ListExecutions", {{"orderBy", "id"}}));
}

// The statement in the message adds the index.
TEST_P(PlanCheck, ShowsTheStatementThatAddsTheIndex) {
  fill_executions(*connection_, kBig);
  drop_indexes_on("executions", "start_date");
  const Json parameters = {{"size", 12}};
  const auto message = refusal("ListExecutions", parameters).message;
  const auto from = message.find("CREATE INDEX");
  ASSERT_NE(from, std::string::npos) << message;
  const auto ddl = message.substr(from, message.find("), or set") - from);
  require(connection_->query({.sql = ddl, .parameters = {}},
                             [](const database::Row&) { return true; }));
  EXPECT_EQ(require_result(bed_.run("ListExecutions", parameters))["size"], 12);
}

TEST_P(PlanCheck, LetsASmallTableBeScanned) {
  fill_executions(*connection_, 100);
  drop_indexes_on("executions", "start_date");
  EXPECT_EQ(require_result(bed_.run("ListExecutions", {{"size", 13}}))["size"], 13);
}

TEST_P(PlanCheck, LooksAgainAtATableThatHasGrown) {
  drop_indexes_on("executions", "start_date");
  EXPECT_TRUE(bed_.run("ListExecutions", {{"size", 14}}));
  // Servers estimate: InnoDB looks at twenty pages.
  fill_executions(*connection_, kBig * 2);
  expect_refused("ListExecutions", {{"size", 14}}, "executions", "start_date");
}

TEST_P(PlanCheck, RefusesAPurgeThatWouldScan) {
  fill_executions(*connection_, kBig);
  fill_logs(*connection_, kBig);
  const Json purge = {{"endDate", "2025-01-02T00:00:00Z"}, {"purgeStorage", false}};
  for (const auto& [in_table, column] :
       {std::pair<std::string, std::string>{"logs", "execution_id"}, {"executions", "end_date"}}) {
    drop_indexes_on(in_table, column);
    expect_refused("PurgeExecutions", purge, in_table, column);
    EXPECT_THAT(require_result(bed_.plan("PurgeExecutions", purge)).dump(),
                HasSubstr("missingIndex"));
    bed_.policy.allow_scan = true;
    const auto gone = require_result(bed_.run("PurgeExecutions", purge));
    EXPECT_EQ(gone["executionsCount"].get<int>() > 0, in_table == "logs") << gone.dump();
    EXPECT_EQ(gone["logsCount"], gone["executionsCount"]);
    bed_.policy.allow_scan = false;
  }
}

// Messages, delayed and running entries are found by their documents: their tables are small.
TEST_P(PlanCheck, LetsAPurgeScanWhatItsManifestDeclaresSmall) {
  fill_executions(*connection_, kBig);
  const auto gone = require_result(
      bed_.run("PurgeExecutions", {{"endDate", "2025-01-02T00:00:00Z"}, {"purgeStorage", false}}));
  EXPECT_GT(gone["executionsCount"].get<int>(), 0);
}

// A thousand keys make no text of a thousand placeholders, and a plan's text is that of a run with
// fewer.
TEST(PlanText, ShowsAListOfPlaceholdersAsOne) {
  const auto shown = tasks::with_short_lists;
  EXPECT_EQ(shown("WHERE k IN (?) AND b IN (?, ?, ?) LIMIT ?"),
            "WHERE k IN (?, ...) AND b IN (?, ...) LIMIT ?");
  EXPECT_EQ(shown("l IN (CAST(? AS SIGNED), CAST(? AS SIGNED))"), "l IN (CAST(? AS SIGNED), ...)");
  for (const auto* other : {"a IN (true, false)", "a IN (?, 'x')",
                            "a IN (SELECT v FROM t WHERE b = ?)", "a = ANY($1)", "a IN ("}) {
    EXPECT_EQ(shown(other), other);
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, PlanCheck, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

// A whole purge and a whole listing through pgbouncer in transaction mode with one server
// connection, where Kestra's own purge fails (its cursor outlives a transaction,
// kestra-io/kestra#6130).
#include <gtest/gtest.h>

#include "database/kept_connection.h"
#include "tests/servers/pgbouncer.h"
#include "tests/support/kestra_rows.h"
#include "tests/support/require.h"
#include "tests/support/task_bed.h"
#include "tests/support/test_database.h"
#include "tools/sample/schema.h"

namespace winnow::tests {
namespace {

class Pooler : public testing::TestWithParam<TestEngine> {};

TEST_P(Pooler, APurgeAndAListingRunThroughIt) {
  auto database = TestDatabase::create(GetParam());
  const auto connection = database.connection();
  require(sample::create_schema(*connection, GetParam().schema_version));
  KestraRows rows(*connection, {"executions", "logs", "metrics"});
  constexpr int kExecutions = 25;
  for (int i = 0; i < kExecutions; ++i) {
    rows.add_execution("e" + std::to_string(i), "company.team", "daily",
                       "2026-01-01T00:00:00.000000Z", 2, "SUCCESS");
  }
  const Pgbouncer pooler(database.settings());
  auto settings = database.settings();
  settings.port = pooler.port();
  TaskBed bed(settings);
  bed.connections = 2;

  // Its client may keep its connection: between two calls it has nothing on the server.
  database::KeptConnection kept(std::chrono::minutes(10));
  bed.kept = &kept;
  Json page{{"size", 10}};
  std::size_t listed = 0;
  do {
    const auto answer = require_result(bed.run("ListExecutions", page));
    listed += answer["rows"].size();
    page["cursor"] = answer.value("cursor", "");
  } while (page["cursor"] != "");
  EXPECT_EQ(listed, kExecutions);

  const auto purged = require_result(
      bed.run("PurgeExecutions",
              {{"endDate", "2026-02-01T00:00:00Z"}, {"batchSize", 4}, {"purgeStorage", false}}));
  EXPECT_EQ(purged["executionsCount"], kExecutions);
  EXPECT_EQ(purged["logsCount"], 2 * kExecutions);
  for (const auto* table : {"executions", "logs", "metrics"}) {
    EXPECT_TRUE(rows.keys(table).empty()) << table;
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, Pooler, testing::ValuesIn(only("postgresql", test_engines())),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Pooler);

}  // namespace
}  // namespace winnow::tests

// Random rules, rows and clocks against the oracle, on every engine and schema (S1 to S4, S6): what
// is deleted, what is counted, and that ExplainRetention says the same before.
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <gtest/gtest.h>

#include "storage/local.h"
#include "tests/support/task_bed.h"
#include "tests/support/test_database.h"
#include "tests/tasks/purge/world.h"
#include "tests/tasks/retention/rules.h"
#include "tools/sample/schema.h"

namespace winnow::tests {
namespace {

// Two thousand in total: most of them where a case costs least, the others over six servers'
// schemas.
std::uint64_t brief(const TestEngine& engine) {
  return engine.name == "sqlite" ? 1'400 : 100;
}

// WINNOW_ORACLE_CASES and WINNOW_RETENTION_SEED replay or widen a run.
std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

document::Instant g_now;
document::Instant now_of_the_case() {
  return g_now;
}

struct Left {
  Rows rows;
  std::map<std::string, int> counts;
};

Left left_after(const World& world, const Moment& moment, const TestEngine& engine) {
  Left left{.rows = world.rows, .counts = {}};
  const auto take = [&left](const std::string& table, const std::string& key,
                            const std::string& counter) {
    left.counts[counter] += static_cast<int>(left.rows[table].erase(key));
  };
  const auto going = executions_that_go(world.executions, moment);
  for (const auto& execution : world.executions) {
    const std::string id = execution["id"];
    if (!going.contains(id)) continue;
    for (const auto& [rows, table] :
         {std::pair{&world.logs, "logs"}, std::pair{&world.metrics, "metrics"}}) {
      for (const auto& row : *rows) {
        if (row["value"].value("executionId", "") == id) {
          take(table, row["key"], std::string(table) + "Count");
        }
      }
    }
    for (const auto& [table, key] : dependents_of(execution, engine.schema_version)) {
      take(table, key,
           table == "task_outputs"        ? "taskOutputsCount"
           : table == "execution_outputs" ? "executionOutputsCount"
                                          : "dependentsCount");
    }
    const auto files = left.rows["files"];
    for (const auto& file : files) {
      if (file.starts_with(folder_of(execution) + "/")) take("files", file, "storagesCount");
    }
    take("executions", id, "executionsCount");
  }
  for (const auto& log : world.logs) {
    if (row_goes(log, "logs", moment)) take("logs", log["key"], "logsCount");
  }
  for (const auto& metric : world.metrics) {
    if (row_goes(metric, "metrics", moment)) take("metrics", metric["key"], "metricsCount");
  }
  return left;
}

void remove_empty(Rows& rows) {
  std::erase_if(rows, [](const auto& entry) { return entry.second.empty(); });
}

class RetentionOracle : public testing::TestWithParam<TestEngine> {};

TEST_P(RetentionOracle, LeavesWhatTheRulesKeepAndCountsWhatWent) {
  const auto cases = number_from("WINNOW_ORACLE_CASES", brief(GetParam()));
  const auto seed = number_from("WINNOW_RETENTION_SEED", std::random_device{}());
  auto database = TestDatabase::create(GetParam());
  auto connection = database.connection();
  ASSERT_TRUE(sample::create_schema(*connection, GetParam().schema_version));
  const auto storage =
      std::filesystem::temp_directory_path() / ("winnow-retention-" + std::to_string(seed));
  std::cout << "seed " << seed << ", " << cases << " cases\n";

  std::size_t with_removals = 0;
  for (std::uint64_t i = 0; i < cases; ++i) {
    std::mt19937_64 random(seed + i);
    WorldMaker maker(*connection, GetParam().schema_version, storage, random);
    const auto world = maker.make(5, 40, [&](Json& execution) { adorn(execution, random); });
    const auto moment = random_moment(random);
    SCOPED_TRACE("replay: WINNOW_ORACLE_CASES=1 WINNOW_RETENTION_SEED=" + std::to_string(seed + i) +
                 " tenant \"" + moment.tenant + "\" at " + document::to_text(moment.now) + " " +
                 moment.policy.dump());
    g_now = moment.now;

    TaskBed bed(database.settings());
    bed.clock = now_of_the_case;
    bed.storage = storage::open_local(storage.string()).value();
    bed.policy.tenants = {moment.tenant.empty() ? std::nullopt : std::optional(moment.tenant)};
    bed.connections = static_cast<std::int32_t>(1 + random() % 2);

    const auto going = executions_that_go(world.executions, moment);
    if (!going.empty()) ++with_removals;
    int explained = 0;
    for (const auto& execution : world.executions) {
      if (execution.value("tenantId", "") != moment.tenant || ++explained > 3) continue;
      auto parameters = moment.policy;
      for (const char* other : {"logs", "metrics"}) parameters.erase(other);
      if (parameters["rules"].empty() && !parameters.contains("otherwise")) break;
      parameters["executionId"] = execution["id"];
      const auto told = bed.run("ExplainRetention", parameters);
      ASSERT_TRUE(told) << told.error().message;
      const bool goes = going.contains(execution["id"].get<std::string>());
      ASSERT_EQ((*told)["decision"], goes ? "goes" : "stays") << execution << *told;
      ASSERT_EQ(told->value("rule", ""), deciding_rule(execution, moment).value_or(""));
    }

    auto parameters = moment.policy;
    parameters["batchSize"] = 1 + random() % 20;
    const bool dry = random() % 6 == 0;
    if (dry) parameters["dryRun"] = true;
    const auto result = bed.run("ApplyRetention", parameters);
    ASSERT_TRUE(result) << result.error().message;
    auto expected = left_after(world, moment, GetParam());
    if (dry) expected.rows = world.rows;
    auto rows = maker.look();
    remove_empty(rows);
    remove_empty(expected.rows);
    ASSERT_EQ(rows, expected.rows);
    for (const auto& [counter, count] : expected.counts) {
      // A dry run counts rows that are deleted for two reasons twice.
      const bool twice = dry && (counter == "logsCount" || counter == "metricsCount");
      if (twice) continue;
      ASSERT_EQ((*result)[counter], count) << counter;
    }
    std::int64_t by_rule = 0;
    for (const auto& rule : (*result)["rules"]) {
      by_rule += rule.value("executionsCount", std::int64_t{0});
    }
    ASSERT_EQ((*result)["executionsCount"], by_rule);
  }
  std::filesystem::remove_all(storage);
  RecordProperty("seed", std::to_string(seed));
  // Something is deleted in two of five cases. From 40 cases on, less than a tenth can't be chance.
  EXPECT_TRUE(with_removals > cases / 10 || cases < 40)
      << "executions went in " << with_removals << " of " << cases << " cases";
}

INSTANTIATE_TEST_SUITE_P(Engines, RetentionOracle, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

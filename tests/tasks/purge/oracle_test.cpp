// Random databases and random purges against an oracle that knows the contract and none of winnow's
// SQL (S1 to S4, S6).
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "storage/local.h"
#include "tests/support/task_bed.h"
#include "tests/support/test_database.h"
#include "tests/tasks/purge/world.h"
#include "tests/tasks/selection/filter_world.h"
#include "tools/sample/schema.h"

namespace winnow::tests {
namespace {

// 1,000 cases and more over all engines; WINNOW_ORACLE_CASES and WINNOW_ORACLE_SEED replay or widen
// a run.
std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void remove_empty(Rows& rows) {
  std::erase_if(rows, [](const auto& entry) { return entry.second.empty(); });
}

class PurgeOracle : public testing::TestWithParam<TestEngine> {};

TEST_P(PurgeOracle, LeavesWhatTheContractLeavesAndCountsWhatWent) {
  const auto cases = number_from("WINNOW_ORACLE_CASES", 150);
  const auto seed = number_from("WINNOW_ORACLE_SEED", std::random_device{}());
  auto database = TestDatabase::create(GetParam());
  auto connection = database.connection();
  ASSERT_TRUE(sample::create_schema(*connection, GetParam().schema_version));
  const auto storage =
      std::filesystem::temp_directory_path() / ("winnow-oracle-" + std::to_string(seed));

  for (std::uint64_t i = 0; i < cases; ++i) {
    std::mt19937_64 random(seed + i);
    WorldMaker maker(*connection, GetParam().schema_version, storage, random);
    const auto world = maker.make();
    auto parameters = random_parameters(random);
    add_filters(random, {world.executions.begin(), world.executions.end()}, parameters);
    const std::string tenant = random() % 5 == 0 ? "" : random() % 4 == 0 ? "other" : "main";
    SCOPED_TRACE("replay: WINNOW_ORACLE_CASES=1 WINNOW_ORACLE_SEED=" + std::to_string(seed + i) +
                 " tenant \"" + tenant + "\" " + parameters.dump());

    TaskBed bed(database.settings());
    bed.storage = storage::open_local(storage.string()).value();
    bed.policy.tenants = {tenant.empty() ? std::nullopt : std::optional(tenant)};
    bed.connections = static_cast<std::int32_t>(1 + random() % 3);
    const auto result = bed.run("PurgeExecutions", parameters);
    ASSERT_TRUE(result) << result.error().message;

    auto expected = expected_after(world, parameters, tenant, GetParam());
    auto left = maker.look();
    remove_empty(left);
    remove_empty(expected.left);
    ASSERT_EQ(left, expected.left);
    for (const auto& [counter, count] : expected.counts.items()) {
      ASSERT_EQ((*result)[counter], count) << counter;
    }
  }
  std::filesystem::remove_all(storage);
  RecordProperty("seed", std::to_string(seed));
  std::cout << "seed " << seed << ", " << cases << " cases\n";
}

INSTANTIATE_TEST_SUITE_P(Engines, PurgeOracle, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

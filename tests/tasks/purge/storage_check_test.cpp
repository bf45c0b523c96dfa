// Case N19: a purge whose storage can't be the one that its executions wrote to.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/scratch.h"
#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::HasSubstr;

class StorageCheck : public PurgeBed {
 protected:
  StorageCheck() {
    bed_.storage = scratch_.storage();
    bed_.allow_missing_files = false;
  }
  static void expect_refused(const tasks::TaskResult& result, const std::string& why) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::configuration);
    EXPECT_EQ(result.error().pointer, "/storage");
    EXPECT_THAT(result.error().message, HasSubstr(why));
    EXPECT_THAT(result.error().message, HasSubstr("storage.allow-missing: true"));
  }
  void expect_all_refused(const std::string& why) {
    auto dry = kPurge;
    dry["dryRun"] = true;
    expect_refused(bed_.plan("PurgeExecutions", kPurge), why);
    expect_refused(bed_.run("PurgeExecutions", dry), why);
    expect_refused(bed_.run("PurgeExecutions", kPurge), why);
    EXPECT_EQ(rows_.keys("executions").size(), 2U);
  }

  Scratch scratch_;
};

TEST_P(StorageCheck, RefusesAPurgeThatFindsTheStorageEmpty) {
  add_executions(2);
  expect_all_refused("the folder " + scratch_.base().string() + " is empty");
}

TEST_P(StorageCheck, RefusesABasePathOneLevelTooDeep) {
  add_executions(2);
  scratch_.file("company/team/daily/executions/e0/a.txt");
  expect_all_refused("no folder \"main\" of the tenant");
}

TEST_P(StorageCheck, PurgesWhereTheConfigurationAllowsIt) {
  add_executions(2);
  bed_.allow_missing_files = true;
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", kPurge))["executionsCount"], 2);
}

TEST_P(StorageCheck, PurgesWithoutFilesWhateverTheStorageHolds) {
  add_executions(2);
  auto parameters = kPurge;
  parameters["purgeStorage"] = false;
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", parameters))["executionsCount"], 2);
}

TEST_P(StorageCheck, HasNothingToSayWhereNothingIsSelected) {
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", kPurge))["executionsCount"], 0);
}

TEST_P(StorageCheck, PurgesWhereTheTenantHasAFolder) {
  add_executions(2);
  const auto file = scratch_.file("main/company/team/daily/executions/e0/a.txt");
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 2);
  EXPECT_EQ(result["storagesCount"], 1);
  EXPECT_FALSE(std::filesystem::exists(file));
}

INSTANTIATE_TEST_SUITE_P(Engines, StorageCheck, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

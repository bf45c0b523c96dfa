// Purges whose files are in a bucket of a real server (WINNOW_TEST_S3_URL, printed by
// tests/servers/versitygw.sh).
#include <gmock/gmock.h>

#include "tests/storage/s3_bed.h"
#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string url_of_server() {
  const char* url = std::getenv("WINNOW_TEST_S3_URL");
  if (url == nullptr) throw std::runtime_error("start a server: tests/servers/versitygw.sh");
  return url;
}

class PurgeBucket : public PurgeBed {
 protected:
  PurgeBucket() : settings_(settings_of_url(url_of_server())), bucket_(settings_) {
    settings_.path = "purge-" + database_.settings().database;
    settings_.path.erase(0, settings_.path.rfind('/') + 1);
    bed_.storage = open_bucket(settings_);
  }

  void put(const std::string& name_space, const std::string& id) {
    for (const char* file : {"inputs/a.csv", "tasks/t/r/out.ion"})
      bucket_.put(settings_.path + "/main/" + name_space + "/daily/executions/" + id + "/" + file);
  }

  // Executions whose files are still there.
  std::set<std::string> with_files() {
    std::set<std::string> ids;
    const std::string mark = "/executions/";
    for (const auto& key : bucket_.keys(settings_.path + "/")) {
      const auto id = key.find(mark) + mark.size();
      ids.insert(key.substr(id, key.find('/', id) - id));
    }
    return ids;
  }

  storage::S3Settings settings_;
  Bucket bucket_;
};

TEST_P(PurgeBucket, TakesTheFilesOfWhatGoesAndNoOthers) {
  for (const char* id : {"a", "ab", "abc"}) {
    rows_.add_execution(id, "company.team", "daily", kEnd);
    put("company/team", id);
  }
  rows_.add_execution("other", "company.teamx", "daily", kEnd);
  put("company/teamx", "other");
  rows_.add_execution("younger", "company.team", "daily", "2026-03-01T00:00:00.000000Z");
  put("company/team", "younger");
  bed_.connections = 2;
  const auto purge = with(kPurge, {{"namespace", "company.team"}, {"batchSize", 1}});
  const auto planned = require_result(bed_.run("PurgeExecutions", with(purge, {{"dryRun", true}})));
  const auto result = require_result(bed_.run("PurgeExecutions", purge));
  for (const auto& counts : {planned, result}) {
    EXPECT_EQ(counts["executionsCount"], 3);
    EXPECT_EQ(counts["storagesCount"], 6);
  }
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("other", "younger"));
  EXPECT_THAT(with_files(), ElementsAre("other", "younger"));
}

TEST_P(PurgeBucket, LeavesTheRowsWhoseFilesCannotBeRemoved) {
  rows_.add_execution("a", "company.team", "daily", kEnd);
  put("company/team", "a");
  settings_.secret_key += "wrong";
  bed_.storage = open_bucket(settings_);
  const auto result = bed_.run("PurgeExecutions", kPurge);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, FailureKind::storage);
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("a"));
  EXPECT_EQ(rows_.keys("logs").size(), 2U);
  EXPECT_THAT(with_files(), ElementsAre("a"));
}

TEST_P(PurgeBucket, KeepsWhatWasWrittenJustNowFromASweep) {
  rows_.add_execution("there", "company.team", "daily", kEnd);
  for (const char* id : {"there", "gone"}) put("company/team", id);
  const Json sweep{{"endDate", "2100-01-01T00:00:00Z"}, {"dryRun", false}};
  const auto young = require_result(bed_.run("PurgeStorage", sweep));
  EXPECT_EQ(young["scannedCount"], 2);
  EXPECT_EQ(young["purgedCount"], 0) << "nothing is older than the least age";
  EXPECT_THAT(with_files(), ElementsAre("gone", "there"));
}

INSTANTIATE_TEST_SUITE_P(Engines, PurgeBucket, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

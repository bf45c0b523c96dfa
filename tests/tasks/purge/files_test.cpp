// How long a purge's locks wait for a storage, and what happens to executions whose files take
// longer.
#include <map>
#include <optional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using storage::Deadline;
using storage::ExecutionFolder;
using storage::Removed;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Removes one file per request for an execution, and is done with it after `turns` requests.
class SlowStorage : public storage::Storage {
 public:
  SlowStorage(int turns, std::set<std::string> slow) : turns_(turns), slow_(std::move(slow)) {}

  std::vector<Removed> remove(std::span<const ExecutionFolder> folders, const Cancellation&,
                              Deadline until) override {
    EXPECT_LE(until, std::chrono::steady_clock::now() + std::chrono::milliseconds(700));
    std::vector<Removed> removed;
    for (const auto& folder : folders) {
      const int seen = ++seen_[folder.execution];
      const bool unfinished = slow_.contains(folder.execution) && seen < turns_;
      removed.push_back({.files = silent ? 0U : 1U,
                         .unfinished = unfinished,
                         .trouble = unfinished ? "it answered 503 SlowDown" : ""});
    }
    return removed;
  }
  std::vector<Removed> count(std::span<const ExecutionFolder> folders,
                             const Cancellation&) override {
    std::vector<Removed> counted(folders.size(), {.files = 1});
    for (std::size_t at = 0; at < folders.size(); ++at) {
      if (!closed.contains(folders[at].execution)) continue;
      counted[at] = {.failure = Failure{.kind = FailureKind::storage, .message = "closed"}};
    }
    return counted;
  }

  bool silent = false;
  std::set<std::string> closed = {};  // can't be counted

 private:
  int turns_;
  std::set<std::string> slow_;
  std::map<std::string, int> seen_;
};

class PurgeFilesTest : public PurgeBed {
 protected:
  PurgeFilesTest() {
    bed_.storage_hold = std::chrono::milliseconds(700);
    for (const char* id : {"a", "b", "c"}) rows_.add_execution(id, "company.team", "daily", kEnd);
  }

  SlowStorage& slow(int turns, std::set<std::string> which) {
    auto made = std::make_unique<SlowStorage>(turns, std::move(which));
    auto& storage = *made;
    bed_.storage = std::move(made);
    return storage;
  }
};

TEST_P(PurgeFilesTest, ExecutionsWhoseFilesTakeLongGoInFurtherTransactions) {
  slow(5, {"b"});
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 3);
  EXPECT_EQ(result["logsCount"], 6);
  EXPECT_EQ(result["storagesCount"], 1 + 5 + 1);
  EXPECT_EQ(result["batches"], 2);
  EXPECT_THAT(rows_.keys("executions"), IsEmpty());
}

// The deletion of all three is taken back and repeated for two of them.
TEST_P(PurgeFilesTest, WhatBelongsToTheOthersGoesWithThemWhereFilesOfOneTakeLong) {
  slow(5, {"b"});
  for (const char* id : {"a", "b", "c"}) {
    const Json delayed{{"executionId", id}, {"date", kEnd}};
    rows_.execute({rows_.insertion("executordelayed",
                                   {{"key", std::string("of-") + id}, {"value", delayed.dump()}})});
  }
  std::optional<std::set<std::string>> after_the_first;
  bed_.host.on_event = [&](const Json& event) {
    const bool first = event["event"] == "batch" && !after_the_first;
    if (first) after_the_first = rows_.keys("executordelayed");
  };
  require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_THAT(after_the_first, testing::Optional(ElementsAre("of-b")));
  EXPECT_THAT(rows_.keys("executordelayed"), IsEmpty());
}

TEST_P(PurgeFilesTest, ADryRunNamesTheExecutionWhoseFilesItCantCountAndCountsTheOthers) {
  slow(1, {}).closed = {"b"};
  auto dry_run = kPurge;
  dry_run["dryRun"] = true;
  const auto result = bed_.run("PurgeExecutions", dry_run);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message,
              HasSubstr("closed; 1 execution is not counted because its files can't be"));
  EXPECT_EQ(result.error().done["executionsCount"], 2);
  EXPECT_EQ(result.error().done["logsCount"], 4);
  EXPECT_EQ(result.error().done["storagesCount"], 2);
  EXPECT_EQ(result.error().done["skipped"][0]["key"], "b");
}

TEST_P(PurgeFilesTest, AnExecutionThatRestartsInBetweenKeepsItsRows) {
  slow(1'000, {"b"});
  bool restarted = false;
  bed_.host.on_event = [&](const Json&) {
    if (std::exchange(restarted, true)) return;
    // Unlocked since the first transaction was committed.
    const Json running{{"id", "b"},
                       {"tenantId", "main"},
                       {"namespace", "company.team"},
                       {"flowId", "daily"},
                       {"deleted", false},
                       {"state", {{"current", "RUNNING"}, {"duration", 1}, {"startDate", kEnd}}}};
    rows_.execute({rows_.deletion("executions"),
                   rows_.insertion("executions", {{"key", "b"}, {"value", running.dump()}})});
  };
  require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("b"));
  EXPECT_EQ(rows_.keys("logs").size(), 2U);
}

TEST_P(PurgeFilesTest, AStorageThatGetsNothingDoneIsReportedAndTheRowsStay) {
  slow(1'000, {"b"}).silent = true;
  const auto result = bed_.run("PurgeExecutions", kPurge);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::storage);
  EXPECT_THAT(result.error().message, HasSubstr("`storage.hold-time`"));
  EXPECT_THAT(result.error().message, HasSubstr("its last error: it answered 503 SlowDown"));
  EXPECT_EQ(result.error().done["executionsCount"], 2);
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("b"));
}

INSTANTIATE_TEST_SUITE_P(Engines, PurgeFilesTest, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

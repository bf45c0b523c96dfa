// A COMMIT whose reply is lost: whatever its outcome, deleted rows are counted once (S4).
#include <set>

#include <gmock/gmock.h>

#include "tests/tasks/purge/bed.h"
#include "tests/tasks/purge/broken_link.h"

namespace winnow::tests {
namespace {

class PurgeInDoubt : public PurgeBed {
 protected:
  void SetUp() override { add_executions(6); }

  // A bed whose link breaks at its first COMMIT, and never again.
  TaskBed breaking_bed(const BreakingProxy& proxy) const {
    return TaskBed(through(proxy.port(), database_.settings()));
  }

  BreakingProxy proxy(BreakingProxy::When when) const {
    return breaking_at_commit(database_.settings(), when);
  }
};

TEST_P(PurgeInDoubt, CountsWhatWasCommittedWithoutAnAnswer) {
  auto breaking = proxy(BreakingProxy::When::after_forwarding);
  auto bed = breaking_bed(breaking);
  const auto result = require_result(bed.run("PurgeExecutions", with(kPurge, {{"batchSize", 4}})));
  EXPECT_EQ(result["executionsCount"], 6);
  EXPECT_EQ(result["logsCount"], 12);
  EXPECT_EQ(result["metricsCount"], 12);
  EXPECT_EQ(result["batches"], 2);
}

TEST_P(PurgeInDoubt, RemovesAgainWhatWasRolledBack) {
  auto breaking = proxy(BreakingProxy::When::before_forwarding);
  auto bed = breaking_bed(breaking);
  const auto result = require_result(bed.run("PurgeExecutions", with(kPurge, {{"batchSize", 4}})));
  EXPECT_EQ(result["executionsCount"], 6);
  EXPECT_EQ(result["logsCount"], 12);
  EXPECT_GE(result["retries"], 1);
}

// Two files of each execution, until they are removed.
class CountingStorage : public storage::Storage {
 public:
  std::vector<storage::Removed> remove(std::span<const storage::ExecutionFolder> folders,
                                       const Cancellation&, storage::Deadline) override {
    std::vector<storage::Removed> removed;
    for (const auto& folder : folders) {
      removed.push_back({.files = removed_.insert(folder.execution).second ? 2U : 0U});
    }
    return removed;
  }
  std::vector<storage::Removed> count(std::span<const storage::ExecutionFolder> folders,
                                      const Cancellation&) override {
    return std::vector<storage::Removed>(folders.size());
  }

 private:
  std::set<std::string> removed_;
};

TEST_P(PurgeInDoubt, CountsFilesOnceWhenTheirBatchIsRemovedAgain) {
  auto breaking = proxy(BreakingProxy::When::before_forwarding);
  auto bed = breaking_bed(breaking);
  bed.storage = std::make_unique<CountingStorage>();
  const auto result = require_result(bed.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 6);
  EXPECT_EQ(result["storagesCount"], 12);
  EXPECT_GE(result["retries"], 1);
}

TEST_P(PurgeInDoubt, DoesNotCountWhatAnotherPurgeTookMeanwhile) {
  if (connection_->dialect().name() != "postgresql") {
    GTEST_SKIP() << "only PostgreSQL can tell what became of a transaction";
  }
  auto breaking = proxy(BreakingProxy::When::before_forwarding);
  auto bed = breaking_bed(breaking);
  Json taken;
  bed.host.on_log = [&](const std::string&) {
    if (taken.is_null()) taken = require_result(bed_.run("PurgeExecutions", kPurge));
  };
  const auto result = require_result(bed.run("PurgeExecutions", kPurge));
  EXPECT_EQ(taken["executionsCount"], 6);
  EXPECT_EQ(result["executionsCount"], 0);
  EXPECT_EQ(result["logsCount"], 0);
}

TEST_P(PurgeInDoubt, TellsApartWhatNobodyCouldTell) {
  auto breaking = proxy(BreakingProxy::When::after_forwarding);
  auto bed = breaking_bed(breaking);
  // Told that its connection was lost, the operator ends the run before it can look.
  bed.host.on_log = [&](const std::string& text) {
    if (text.find("connection was lost") != std::string::npos) bed.cancellation.request();
  };
  const auto result = bed.run("PurgeExecutions", with(kPurge, {{"batchSize", 4}}));
  ASSERT_FALSE(result);
  auto done = result.error().done;
  EXPECT_EQ(done["executionsCount"], 0);
  EXPECT_EQ(done["inDoubt"]["executionsCount"], 4);
  EXPECT_EQ(done["inDoubt"]["logsCount"], 8);
  EXPECT_THAT(result.error().message, testing::HasSubstr("done.inDoubt"));
}

// SQLite has no link that could break.
INSTANTIATE_TEST_SUITE_P(Engines, PurgeInDoubt, testing::ValuesIn(with_a_server(test_engines())),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

// The keys of a purge and the size of its batches.
#include "tasks/purge/ledger.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/purge/batch_sizer.h"
#include "tests/support/kestra_rows.h"
#include "tests/support/require.h"
#include "tests/support/task_bed.h"
#include "tests/support/test_database.h"
#include "tools/sample/schema.h"

namespace winnow::tests {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using tasks::BatchSizer;
using tasks::KeySpool;
using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;

constexpr milliseconds kCommit(1);

TEST(KeySpool, HandsOutInPiecesWhatWasAppended) {
  KeySpool spool;
  ASSERT_TRUE(spool.append({"a", ""}));
  ASSERT_TRUE(spool.append({std::string(300, 'x')}));
  EXPECT_THAT(spool.take(2).value(), ElementsAre("a", ""));
  EXPECT_THAT(spool.take(2).value(), ElementsAre(std::string(300, 'x')));
  EXPECT_THAT(spool.take(2).value(), IsEmpty());
}

TEST(KeySpool, BeginsAnewWhereAllWasTaken) {
  KeySpool spool;
  ASSERT_TRUE(spool.append({"a", "b"}));
  EXPECT_EQ(spool.take(5).value(), (std::vector<std::string>{"a", "b"}));
  ASSERT_TRUE(spool.append({"c"}));
  EXPECT_FALSE(spool.empty());
  EXPECT_EQ(spool.take(5).value(), std::vector<std::string>{"c"});
  EXPECT_TRUE(spool.empty());
}

TEST(KeySpool, IsEmptyWithoutKeys) {
  EXPECT_THAT(KeySpool().take(10).value(), IsEmpty());
}

// TMPDIR for one test, and what it was afterwards.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const char* path) {
    if (const char* before = std::getenv("TMPDIR")) before_ = before;
    ::setenv("TMPDIR", path, 1);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    if (before_) {
      ::setenv("TMPDIR", before_->c_str(), 1);
    } else {
      ::unsetenv("TMPDIR");
    }
  }

 private:
  std::optional<std::string> before_;
};

// As its message advises if the usual folder is full.
TEST(KeySpool, LiesInTheFolderThatTmpdirNames) {
  const TemporaryFolder nowhere("/nowhere");
  const auto refused = KeySpool().append({"a"});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("TMPDIR"));
  const TemporaryFolder nothing("");
  EXPECT_TRUE(KeySpool().append({"a"}));
}

// A container with a read-only file system has no usable /tmp.
TEST(KeySpool, ThatCantBeMadeIsKnownBeforeTheFirstRowGoes) {
  auto database = TestDatabase::create({.name = "sqlite", .schema_version = "1.1"});
  const auto connection = database.connection();
  require(sample::create_schema(*connection, "1.1"));
  KestraRows rows(*connection, {"executions", "logs", "metrics"});
  rows.add_execution("e1", "company.team", "daily", "2026-01-01T00:00:00.000000Z");
  TaskBed bed(database.settings());
  bed.policy.tenants = {"main"};
  const TemporaryFolder no_place("/proc");
  const auto refused = bed.run("PurgeExecutions", {{"endDate", "2026-02-01T00:00:00Z"}});
  ASSERT_FALSE(refused) << refused->dump();
  EXPECT_THAT(refused.error().message, HasSubstr("TMPDIR"));
  EXPECT_EQ(rows.keys("executions").size(), 1U);
}

TEST(KeySpool, RefusesAKeyThatItWouldCut) {
  KeySpool spool;
  const std::string longest(65'535, 'k');
  ASSERT_TRUE(spool.append({longest}));
  EXPECT_FALSE(spool.append({longest + "k"}));
  EXPECT_THAT(spool.take(2).value(), ElementsAre(longest));
}

// The tables' pages are shared: each connection looks for the same keys on its own part of them.
TEST(PurgeLedger, HandsOutKeysOnceForEachShareOfThePages) {
  tasks::PurgeLedger ledger(Json::object());
  ASSERT_TRUE(ledger.open_keys());
  ASSERT_TRUE(ledger.deleted({{.key = "a"}, {.key = "b"}, {.key = "c"}}));
  const auto next = [&] {
    const auto deleted = ledger.next_deleted(2, 2).value();
    std::string told;
    for (const auto& key : *deleted.keys) told += key;
    return told + std::to_string(deleted.share.part);
  };
  EXPECT_EQ(next(), "ab0");
  EXPECT_TRUE(ledger.has_more_deleted());
  EXPECT_EQ(next(), "ab1");
  EXPECT_EQ(next(), "c0");
  EXPECT_TRUE(ledger.has_more_deleted());
  EXPECT_EQ(next(), "c1");
  EXPECT_FALSE(ledger.has_more_deleted());
  EXPECT_EQ(next(), "0");
  // A server that took over had rows again, which were deleted again.
  ASSERT_TRUE(ledger.deleted({{.key = "d"}}));
  EXPECT_EQ(next(), "d0");
}

TEST(BatchSizer, GrowsTowardsTheTargetTimeAndNeverAboveTheMost) {
  BatchSizer sizer(1'000, milliseconds(250));
  EXPECT_EQ(sizer.size(), 100);
  sizer.learn(100, milliseconds(10), kCommit);
  EXPECT_EQ(sizer.size(), 200);
  sizer.learn(200, milliseconds(100), kCommit);
  EXPECT_EQ(sizer.size(), 400);
  sizer.learn(400, milliseconds(200), kCommit);
  EXPECT_EQ(sizer.size(), 500);
  sizer.learn(500, milliseconds(10), kCommit);
  sizer.learn(1'000, milliseconds(10), kCommit);
  EXPECT_EQ(sizer.size(), 1'000);
}

TEST(BatchSizer, ShrinksWhenATransactionTakesLongButNotBelowWhatRoundTripsAreWorth) {
  BatchSizer sizer(1'000, milliseconds(250));
  for (int i = 0; i < 5; ++i) sizer.learn(1'000, milliseconds(60'000), kCommit);
  EXPECT_EQ(sizer.size(), 50);
  BatchSizer small(4, milliseconds(250));
  small.learn(4, milliseconds(60'000), kCommit);
  EXPECT_EQ(small.size(), 4);
}

TEST(BatchSizer, NeverGrowsAboveWhatTheServerTookAtOnce) {
  BatchSizer sizer(1'000, milliseconds(250));
  sizer.limit(20);
  EXPECT_EQ(sizer.size(), 20);
  sizer.learn(20, milliseconds(1), kCommit);
  EXPECT_EQ(sizer.size(), 20);
  sizer.limit(0);
  EXPECT_EQ(sizer.size(), 1);
}

// A batch costs 1.1 ms and a row 35 us, as on a local PostgreSQL: concurrent commits wait only
// briefly.
TEST(BatchSizer, IsAsSmallAsPaysWhereNoTimeIsAskedFor) {
  BatchSizer sizer(1'000, std::nullopt);
  for (int i = 0; i < 10; ++i) {
    sizer.learn(sizer.size(), microseconds(1'100 + 35 * sizer.size()), microseconds(400));
  }
  EXPECT_THAT(sizer.size(), AllOf(Ge(180), Le(220)));
}

// Of a millisecond's way to the server, and of 20.
TEST(BatchSizer, GrowsWithTheWayToTheServerToAQuarterOfASecond) {
  const auto settled = [](microseconds way, microseconds row) {
    BatchSizer sizer(10'000, std::nullopt);
    for (int i = 0; i < 20; ++i) {
      sizer.learn(sizer.size(), 3 * way + row * sizer.size(), way + microseconds(400));
    }
    return 3 * way + row * sizer.size();
  };
  EXPECT_THAT(settled(milliseconds(1), microseconds(35)).count(), AllOf(Ge(20'000), Le(25'000)));
  EXPECT_THAT(settled(milliseconds(20), microseconds(35)).count(), AllOf(Ge(230'000), Le(250'000)));
}

// A slow commit of a large batch is no reason for larger ones.
TEST(BatchSizer, GoesByTheQuickestCommit) {
  BatchSizer sizer(1'000, std::nullopt);
  sizer.learn(100, milliseconds(5), microseconds(400));
  for (int i = 0; i < 10; ++i) {
    sizer.learn(sizer.size(), microseconds(50) * sizer.size(), milliseconds(9));
  }
  EXPECT_LE(sizer.size(), 160);
}

TEST(BatchSizer, LearnsNothingFromABatchThatWasNotFull) {
  BatchSizer sizer(1'000, milliseconds(250));
  sizer.learn(3, milliseconds(1), kCommit);
  EXPECT_EQ(sizer.size(), 100);
}

}  // namespace
}  // namespace winnow::tests

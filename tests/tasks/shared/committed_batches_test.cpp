// Which batches are checked on a server that took over, and which are no longer counted.
#include "tasks/shared/committed_batches.h"

#include <set>

#include <gtest/gtest.h>

namespace winnow::tasks {
namespace {

struct Batch {
  std::vector<int> ends;
  std::int64_t rows = 0;
  std::int64_t reopened = 0;
};

class CommittedBatchesTest : public testing::Test {
 protected:
  // `there`: the rows that the server has.
  Outcome<void> ask(std::int64_t reopened, const std::set<int>& there) {
    return batches_.forget_lost(
        reopened,
        [&](const Batch& batch) -> Outcome<std::int64_t> {
          if (fails_at_ == batch.ends.front()) return fail(FailureKind::unavailable, "gone");
          return std::count_if(batch.ends.begin(), batch.ends.end(),
                               [&](int row) { return there.contains(row); });
        },
        [&](const Batch& batch) { uncounted_.push_back(batch.ends.front()); });
  }

  CommittedBatches<Batch> batches_;
  std::vector<int> uncounted_;
  int fails_at_ = -1;
};

TEST_F(CommittedBatchesTest, AreLostFromTheNewestOnUntilOneIsGoneInPart) {
  batches_.remember({.ends = {1, 2}, .rows = 5});
  batches_.remember({.ends = {3}, .rows = 1});
  batches_.remember({.ends = {5, 6}, .rows = 7});
  batches_.remember({.ends = {8}, .rows = 9, .reopened = 1});
  EXPECT_TRUE(batches_.is_to_be_asked(1));

  ASSERT_TRUE(ask(1, {1, 3, 5, 6, 8}));
  EXPECT_EQ(uncounted_, (std::vector{5, 3}));
  EXPECT_EQ(batches_.take_lost(), 8);
  EXPECT_EQ(batches_.take_lost(), 0);
  EXPECT_FALSE(batches_.is_to_be_asked(1));

  ASSERT_TRUE(ask(2, {8}));
  EXPECT_EQ(uncounted_.back(), 8);
}

// The rest is checked on the next server, and earlier findings count.
TEST_F(CommittedBatchesTest, AreAskedForAgainWhereTheConnectionIsLostMeanwhile) {
  batches_.remember({.ends = {1}, .rows = 5});
  batches_.remember({.ends = {3}, .rows = 1});
  fails_at_ = 1;
  EXPECT_FALSE(ask(1, {1, 3}));
  EXPECT_TRUE(batches_.is_to_be_asked(1));

  fails_at_ = -1;
  ASSERT_TRUE(ask(2, {1, 3}));
  EXPECT_EQ(uncounted_, (std::vector{3, 1}));
  EXPECT_EQ(batches_.take_lost(), 6);
}

}  // namespace
}  // namespace winnow::tasks

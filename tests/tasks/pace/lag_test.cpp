#include "tasks/pace/lag.h"

#include <gtest/gtest.h>

namespace winnow::tasks {
namespace {

using namespace std::chrono_literals;
using Clock = LagTracker::Clock;

const Clock::time_point kStart{};

TEST(Lag, IsTheAgeOfTheOldestPositionThatAReplicaLacks) {
  LagTracker lag;
  lag.note("a", kStart);
  lag.note("b", kStart + 1s);
  lag.note("c", kStart + 2s);
  EXPECT_EQ(lag.behind(3, kStart + 5s), 0ms);
  EXPECT_EQ(lag.behind(2, kStart + 5s), 3s);
  EXPECT_EQ(lag.behind(0, kStart + 5s), 5s);
}

TEST(Lag, GrowsWhileAReplicaStandsStill) {
  LagTracker lag;
  lag.note("a", kStart);
  EXPECT_EQ(lag.behind(0, kStart + 1s), 1s);
  EXPECT_EQ(lag.behind(0, kStart + 60s), 60s);
}

TEST(Lag, IsNoneWhereNobodyWrites) {
  LagTracker lag;
  for (int second = 0; second < 60; ++second) lag.note("a", kStart + std::chrono::seconds(second));
  EXPECT_EQ(lag.positions().size(), 1U);
  EXPECT_EQ(lag.behind(1, kStart + 60s), 0ms);
}

TEST(Lag, IsNotKnownWithoutPositions) {
  LagTracker lag;
  lag.note("", kStart);
  EXPECT_TRUE(lag.positions().empty());
  EXPECT_EQ(lag.behind(0, kStart + 60s), 0ms);
}

TEST(Lag, OfADayNeedsFewPositionsAndErrsByAGapAtMost) {
  LagTracker lag;
  for (int second = 0; second < 86'400; second += 10) {
    lag.note(std::to_string(second), kStart + std::chrono::seconds(second));
    ASSERT_LE(lag.positions().size(), 32U);
  }
  EXPECT_EQ(lag.behind(0, kStart + 86'400s), 86'400s) << "the oldest is never given up";
}

TEST(Lag, ForgetsWhatEveryReplicaHas) {
  LagTracker lag;
  lag.note("a", kStart);
  lag.note("b", kStart + 1s);
  lag.note("c", kStart + 2s);
  lag.forget(2);
  EXPECT_EQ(lag.positions(), (database::TextList{"c"}));
  lag.forget(1);
  lag.note("c", kStart + 9s);
  EXPECT_EQ(lag.behind(0, kStart + 10s), 8s);
}

}  // namespace
}  // namespace winnow::tasks

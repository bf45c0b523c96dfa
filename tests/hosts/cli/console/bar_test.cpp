// The progress bar, and the speed that it shows.
#include "hosts/cli/console/bar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hosts/cli/console/display.h"

namespace winnow::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

winnow_progress progress(std::int64_t done, std::int64_t planned) {
  winnow_progress progress{};
  progress.size = sizeof progress;
  progress.phase = WINNOW_PHASE_WORKING;
  progress.rows_done = done;
  progress.rows_planned = planned;
  progress.batches = 3;
  progress.elapsed_ms = 4200;
  return progress;
}

TEST(Bar, ShowsShareSpeedAndTimeLeft) {
  EXPECT_EQ(bar("purge", progress(5000, 10000), 1190.4, 120),
            "purge  [###############...............]  50%  5,000/10,000  1,190 rows/s  4 s left  3 "
            "batches  4 s");
}

TEST(Bar, ShowsWhatWentWhereThePlanIsNotKnown) {
  EXPECT_EQ(bar("purge", progress(1234567, -1), 250.0, 100),
            "purge  1,234,567 rows  250 rows/s  3 batches  4 s");
}

TEST(Bar, ShowsNoShareOfAnEstimateThatWasTooLow) {
  const auto line = bar("purge", progress(20000, 10000), 250.0, 100);
  EXPECT_THAT(line, HasSubstr("20,000 rows"));
  EXPECT_THAT(line, Not(HasSubstr("%")));
}

TEST(Bar, LeavesOffWhatMattersLeastOnANarrowTerminal) {
  const auto at = [](std::size_t columns) {
    return bar("PurgeExecutions", progress(5000, 10000), 25.0, columns);
  };
  EXPECT_EQ(at(80), "PurgeExecutions  [#######........]  50%  25 rows/s  3 min 20 s left");
  EXPECT_EQ(at(40), "PurgeExecutions  50%  3 min 20 s left");
  EXPECT_EQ(at(20), "PurgeExe…  50%");
  EXPECT_EQ(at(6), "50%");
}

TEST(Bar, IsNarrowerThanTheTerminal) {
  for (std::size_t columns = 0; columns < 130; ++columns) {
    for (const auto planned : {std::int64_t{-1}, std::int64_t{10000}}) {
      const auto line = bar("日本 a task with a long name", progress(5000, planned), 12.0, columns);
      EXPECT_LT(display_width(line), std::max<std::size_t>(columns, 1)) << columns << " " << line;
    }
  }
}

TEST(Speed, IsThatOfTheLastTenSeconds) {
  Speed speed;
  speed.note(0, 0);
  speed.note(500, 500);
  EXPECT_EQ(speed.rows_per_second(), std::nullopt) << "half a second tells nothing";
  for (std::int64_t second = 1; second <= 10; ++second) speed.note(second * 1000, second * 1000);
  EXPECT_DOUBLE_EQ(*speed.rows_per_second(), 1000);
  for (std::int64_t second = 11; second <= 30; ++second) {
    speed.note(10000 + (second - 10) * 10, second * 1000);
  }
  EXPECT_DOUBLE_EQ(*speed.rows_per_second(), 10);
}

TEST(Speed, BeginsAgainWithTheNextRun) {
  Speed speed;
  speed.note(0, 0);
  speed.note(5000, 5000);
  speed.note(0, 10);
  EXPECT_EQ(speed.rows_per_second(), std::nullopt);
}

}  // namespace
}  // namespace winnow::cli

#include "tasks/pace/window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace winnow::tasks {
namespace {

using document::parse_instant;
using testing::HasSubstr;

bool open_at(const char* window, const char* instant) {
  return Window::read(window).value().open_at(parse_instant(instant).value());
}

TEST(Window, IsOpenFromItsFirstMinuteToBeforeItsLast) {
  EXPECT_FALSE(open_at("09:30-17:00 UTC", "2026-03-10T09:29:59.999999Z"));
  EXPECT_TRUE(open_at("09:30-17:00 UTC", "2026-03-10T09:30:00Z"));
  EXPECT_TRUE(open_at("09:30-17:00 UTC", "2026-03-10T16:59:59.999999Z"));
  EXPECT_FALSE(open_at("09:30-17:00 UTC", "2026-03-10T17:00:00Z"));
}

TEST(Window, MayGoPastMidnight) {
  EXPECT_TRUE(open_at("22:00-06:00 UTC", "2026-03-10T23:00:00Z"));
  EXPECT_TRUE(open_at("22:00-06:00 UTC", "2026-03-10T05:59:00Z"));
  EXPECT_FALSE(open_at("22:00-06:00 UTC", "2026-03-10T06:00:00Z"));
  EXPECT_FALSE(open_at("22:00-06:00 UTC", "2026-03-10T21:59:00Z"));
  EXPECT_TRUE(open_at("22:00-24:00 UTC", "2026-03-10T23:59:59Z"));
  EXPECT_FALSE(open_at("22:00-24:00 UTC", "2026-03-10T00:00:00Z"));
}

TEST(Window, GoesByTheClocksOfItsRegion) {
  // Paris is at +01:00 in winter, at +02:00 in summer.
  EXPECT_FALSE(open_at("22:00-06:00 Europe/Paris", "2026-01-10T20:59:00Z"));
  EXPECT_TRUE(open_at("22:00-06:00 Europe/Paris", "2026-01-10T21:00:00Z"));
  EXPECT_TRUE(open_at("22:00-06:00 Europe/Paris", "2026-07-10T20:00:00Z"));
  EXPECT_FALSE(open_at("22:00-06:00 Europe/Paris", "2026-07-10T04:00:00Z"));
}

TEST(Window, HasNoHourThatAClockSkipsAndTwiceOneThatItRepeats) {
  // 2026-03-29: 02:00 becomes 03:00 at 01:00Z. 2026-10-25: 03:00 becomes 02:00 at 01:00Z.
  EXPECT_FALSE(open_at("02:00-03:00 Europe/Paris", "2026-03-29T00:59:00Z"));
  EXPECT_FALSE(open_at("02:00-03:00 Europe/Paris", "2026-03-29T01:00:00Z"));
  EXPECT_TRUE(open_at("02:00-03:00 Europe/Paris", "2026-10-25T00:30:00Z"));
  EXPECT_TRUE(open_at("02:00-03:00 Europe/Paris", "2026-10-25T01:30:00Z"));
}

TEST(Window, IsRefusedWhereItSaysSomethingElse) {
  for (const char* text :
       {"", "22:00-06:00", "22-06 UTC", "22:00-06:00 ", "22:00 - 06:00 UTC", "24:00-06:00 UTC",
        "22:00-24:01 UTC", "22:60-23:00 UTC", "22:00-22:00 UTC", "2x:00-06:00 UTC",
        "22:00-06:00UTC", "-1:00-06:00 UTC"}) {
    const auto window = Window::read(text);
    ASSERT_FALSE(window) << text;
    EXPECT_EQ(window.error().kind, FailureKind::invalid_parameter);
    EXPECT_THAT(window.error().message, HasSubstr("22:00-06:00 Europe/Paris"));
  }
  EXPECT_THAT(Window::read("22:00-06:00 Europe/Pari").error().message,
              HasSubstr("\"Europe/Pari\""));
}

TEST(Window, MeetsAnotherOrNever) {
  const auto now = parse_instant("2026-03-10T12:00:00Z").value();
  const auto night = Window::read("22:00-06:00 Europe/Paris").value();
  EXPECT_TRUE(ever_both_open(night, Window::read("04:00-12:00 UTC").value(), now));
  EXPECT_FALSE(ever_both_open(night, Window::read("06:00-22:00 Europe/Paris").value(), now));
}

}  // namespace
}  // namespace winnow::tasks

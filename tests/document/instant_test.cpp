// Dates decide what is deleted: what is not plainly one instant is refused.
#include "document/instant.h"

#include <random>

#include <gtest/gtest.h>

namespace winnow::document {
namespace {

std::string reread(std::string_view text) {
  const auto instant = parse_instant(text);
  return instant ? to_text(*instant) : "refused";
}

struct Case {
  const char* text;
  const char* expected;
};

class ReadsAnInstant : public testing::TestWithParam<Case> {};

TEST_P(ReadsAnInstant, AsUtcToTheMicrosecond) {
  EXPECT_EQ(reread(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, ReadsAnInstant,
    testing::Values(Case{"2026-02-03T01:00:10.123456Z", "2026-02-03T01:00:10.123456Z"},
                    Case{"2026-02-03T01:00:10Z", "2026-02-03T01:00:10.000000Z"},
                    Case{"2026-02-03T01:00Z", "2026-02-03T01:00:00.000000Z"},
                    Case{"2026-02-03T01:00:10.1Z", "2026-02-03T01:00:10.100000Z"},
                    Case{"2026-02-03T01:00:10.123456999Z", "2026-02-03T01:00:10.123456Z"},
                    Case{"2026-02-03T01:00:10+02:00", "2026-02-02T23:00:10.000000Z"},
                    Case{"2026-02-03T01:00:10+02:00[Europe/Paris]", "2026-02-02T23:00:10.000000Z"},
                    Case{"2026-02-03T01:00:10Z[UTC]", "2026-02-03T01:00:10.000000Z"},
                    Case{"2026-02-03T01:00:10Z[Etc/GMT+5]", "2026-02-03T01:00:10.000000Z"},
                    Case{"2026-02-03T01:00:10-0930", "2026-02-03T10:30:10.000000Z"},
                    Case{"2026-02-03T01:00:10+02", "2026-02-02T23:00:10.000000Z"},
                    Case{"2024-02-29T23:59:59.999999-18:00", "2024-03-01T17:59:59.999999Z"},
                    Case{"1969-12-31T23:59:59.000001Z", "1969-12-31T23:59:59.000001Z"},
                    Case{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"},
                    Case{"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"}));

class RefusesAText : public testing::TestWithParam<const char*> {};

TEST_P(RefusesAText, ThatIsNoInstant) {
  const auto instant = parse_instant(GetParam());
  ASSERT_FALSE(instant.has_value()) << GetParam() << " was read as " << to_text(*instant);
  EXPECT_EQ(instant.error().kind, FailureKind::invalid_parameter);
  EXPECT_EQ(instant.error().pointer, "");
  EXPECT_NE(instant.error().message.find("with a zone"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, RefusesAText,
    testing::Values("", " ", "now", "2026", "2026-02-03", "2026-02-03T", "2026-02-03Z",
                    "2026-02-03 01:00:00Z", "2026-02-03t01:00:00Z", "2026-02-03T01:00:00z",
                    "2026-02-03T01Z", "2026-02-03T01:00:00", "2026-02-03T01:00:00.Z",
                    "2026-02-03T01:00:00,5Z", "2026-02-03T01:00:00.5", "2026-02-30T01:00:00Z",
                    "2025-02-29T01:00:00Z", "2026-13-01T01:00:00Z", "2026-00-01T01:00:00Z",
                    "2026-01-00T01:00:00Z", "2026-02-03T24:00:00Z", "2026-02-03T23:60:00Z",
                    "2026-02-03T23:59:60Z", "2026-2-3T01:00:00Z", "26-02-03T01:00:00Z",
                    "+2026-02-03T01:00:00Z", "-2026-02-03T01:00:00Z", "12026-02-03T01:00:00Z",
                    "2026-02-03T1:00:00Z", "2026-02-03T01:00:00+2", "2026-02-03T01:00:00+02:",
                    "2026-02-03T01:00:00+02:0", "2026-02-03T01:00:00+18:01",
                    "2026-02-03T01:00:00+02:60", "2026-02-03T01:00:00Z[", "2026-02-03T01:00:00Z[]",
                    "2026-02-03T01:00:00Z[Europe/Paris", "2026-02-03T01:00:00Z[a b]",
                    "2026-02-03T01:00:00Z[UTC]x", "2026-02-03T01:00:00Zx", " 2026-02-03T01:00:00Z",
                    "2026-02-03T01:00:00Z ", "2026-02-03T01:00:00[UTC]", "2026-02-03T-1:00:00Z",
                    "1770080400", "0000-02-03T01:00:00Z", "0001-01-01T00:00:00+01:00",
                    "9999-12-31T23:00:00-02:00", "2026-W05-2T01:00:00Z", "2026-034T01:00:00Z"));

TEST(ReadsAnInstantTest, SaysThatTheZoneIsMissing) {
  const auto instant = parse_instant("2026-02-03T01:00:00");
  ASSERT_FALSE(instant.has_value());
  EXPECT_NE(instant.error().message.find("has no zone"), std::string::npos)
      << instant.error().message;
}

TEST(WritesAnInstantTest, IsReadBackUnchangedAndSortsAsText) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);  // NOLINT(cert-msc51-cpp): seeded above
  std::uniform_int_distribution<std::int64_t> micros(-62'135'596'800'000'000,
                                                     253'402'300'799'999'999);
  for (int i = 0; i < 2000; ++i) {
    const Instant one{std::chrono::microseconds{micros(random)}};
    const Instant other{std::chrono::microseconds{micros(random)}};
    ASSERT_EQ(parse_instant(to_text(one)).value(), one) << to_text(one);
    ASSERT_EQ(one < other, to_text(one) < to_text(other)) << to_text(one) << ' ' << to_text(other);
  }
}

TEST(AppendsUtc, WhatIsWrittenWithZInSixDigits) {
  std::string text = "at ";
  EXPECT_TRUE(append_utc(text, "2024-02-29T23:59:59Z"));
  EXPECT_EQ(text, "at 2024-02-29T23:59:59.000000Z");
  for (const char* fraction : {".1", ".12", ".000001", ".123456"}) {
    const auto written = std::string("2026-02-03T01:00:10") + fraction + "Z";
    std::string appended;
    EXPECT_TRUE(append_utc(appended, written)) << written;
    EXPECT_EQ(appended, to_text(parse_instant(written).value()));
  }
}

TEST(AppendsUtc, NothingOfAnyOtherSpelling) {
  for (const char* other : {"",
                            "Z",
                            "2026-02-03T01:00:10",
                            "2026-02-03T01:00Z",
                            "2026-02-03T01:00:10z",
                            "2026-02-03 01:00:10Z",
                            "2026-02-03T01:00:10+00:00",
                            "2026-02-03T01:00:10.Z",
                            "2026-02-03T01:00:10.1234567Z",
                            "2026-02-03T01:00:10.12x456Z",
                            "2026-02-03T24:00:00Z",
                            "2026-02-03T01:00:60Z",
                            "2026-02-03T01:60:00Z",
                            "2026-02-30T01:00:00Z",
                            "2025-02-29T01:00:00Z",
                            "0000-01-01T00:00:00Z",
                            "2026-2-03T01:00:10.0Z",
                            "12026-02-03T01:00:10Z",
                            "-026-02-03T01:00:10Z",
                            "2026-02-03T01:00:10,5Z",
                            "2026-02-03T 1:00:10Z"}) {
    std::string text = "as it was";
    EXPECT_FALSE(append_utc(text, other)) << other;
    EXPECT_EQ(text, "as it was") << other;
  }
}

}  // namespace
}  // namespace winnow::document

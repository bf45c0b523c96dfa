#include "document/duration.h"

#include <gtest/gtest.h>

namespace winnow::document {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

TEST(Duration, IsReadAsKestraWritesIt) {
  const std::pair<const char*, milliseconds> written[] = {
      {"PT10S", 10s},     {"PT2H", 2h},          {"PT1H30M", 90min}, {"P1D", 24h},
      {"P1DT1S", 86401s}, {"PT0.25S", 250ms},    {"PT0S", 0s},       {"PT90M", 90min},
      {"P3650D", 87600h}, {"PT0.123456S", 123ms}};
  for (const auto& [text, expected] : written) {
    const auto read = parse_duration(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(*read, expected) << text;
  }
}

TEST(Duration, IsRefusedWhereItSaysSomethingElse) {
  for (const char* text :
       {"",       "P",      "PT",     "10",   "10s",   "PT10",   "P10S",
        "PT1D",   "PT1S1M", "PT1M1M", "P1DT", "PT-1S", "-PT1S",  "PT1.S",
        "PT1.5M", "pt1s",   "PT1S ",  "P1Y",  "P1W",   "P3651D", "PT9999999999999S",
        "PT1TS"}) {
    const auto read = parse_duration(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, FailureKind::invalid_parameter);
    EXPECT_NE(read.error().message.find("PT10S"), std::string::npos);
  }
}

TEST(Duration, IsWrittenAsItIsRead) {
  for (const char* text :
       {"PT10S", "PT2H", "PT1H30M", "P1D", "P1DT1S", "PT0.25S", "PT0S", "PT1M0.001S"}) {
    EXPECT_EQ(to_text(parse_duration(text).value()), text);
  }
}

TEST(Duration, IsShownToPeopleInTenthsOfASecond) {
  using std::chrono::milliseconds;
  EXPECT_EQ(in_seconds(milliseconds(0)), "0 s");
  EXPECT_EQ(in_seconds(milliseconds(1'449)), "1.4 s");
  EXPECT_EQ(in_seconds(milliseconds(1'450)), "1.5 s");
  EXPECT_EQ(in_seconds(milliseconds(1'960)), "2 s");
}

}  // namespace
}  // namespace winnow::document

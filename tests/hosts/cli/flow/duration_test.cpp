#include "hosts/cli/flow/duration.h"

#include <gtest/gtest.h>

namespace winnow::cli {
namespace {

using std::chrono::milliseconds;

TEST(Duration, ReadsIso8601) {
  EXPECT_EQ(read_duration("PT30M"), milliseconds(1'800'000));
  EXPECT_EQ(read_duration("PT1.5S"), milliseconds(1500));
  EXPECT_EQ(read_duration("P1DT2H3M4S"), milliseconds(93'784'000));
  EXPECT_EQ(read_duration("P2W"), milliseconds(1'209'600'000));
  EXPECT_EQ(read_duration("P1D"), milliseconds(86'400'000));
}

TEST(Duration, RefusesOtherForms) {
  for (const char* text : {"",      "P",     "PT",     "30M",     "PT30",
                           "PTM",   "P1DT",  "PT1M1H", "PT1M2M",  "P1M",
                           "P1Y",   "PT-5S", "PT1.5H", "PT1..5S", "PT0S",
                           "PT 5S", "PT5S ", "pt5s",   "P10000D", "PT99999999999999999999S"}) {
    EXPECT_FALSE(read_duration(text)) << text;
  }
}

}  // namespace
}  // namespace winnow::cli

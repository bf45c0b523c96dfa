// How long something is tried again. No test waits: the pauses are added up.
#include "tasks/shared/backoff.h"

#include <chrono>

#include <gtest/gtest.h>

namespace winnow::tasks {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, AnOutageIsSatOutForAMinute) {
  Backoff outage(kOutage);
  std::chrono::milliseconds waited{0};
  while (const auto pause = outage.next_pause()) {
    EXPECT_LE(*pause, 5s);
    waited += *pause;
  }
  EXPECT_GE(waited, 60s);
  EXPECT_LE(waited, 65s);
  EXPECT_LE(outage.tried(), 40);  // a server that comes back is not besieged
}

TEST(Backoff, TriesThatTakeTimeThemselvesCount) {
  Backoff outage(kOutage);
  int tries = 0;
  while (outage.next_pause()) {
    outage.charge(10s);  // the maximum time of an attempt to connect
    ++tries;
  }
  EXPECT_LE(tries, 6);
}

TEST(Backoff, AConflictIsTriedTwelveTimes) {
  Backoff conflict(kConflict);
  int pauses = 0;
  while (conflict.next_pause()) ++pauses;
  EXPECT_EQ(pauses, 12);
  EXPECT_EQ(conflict.given_up({.message = "locked"}, Cancellation()).message,
            "locked (given up after 12 tries)");
}

TEST(Backoff, NoPauseOutlivesItsJob) {
  Cancellation cancellation;
  cancellation.request();
  Backoff backoff({.first = 1h, .longest = 1h});
  EXPECT_FALSE(backoff.wait(cancellation));
  EXPECT_EQ(backoff.given_up({.message = "away"}, cancellation).kind, FailureKind::cancelled);
}

}  // namespace
}  // namespace winnow::tasks

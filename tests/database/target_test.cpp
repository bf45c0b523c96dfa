// The wanted kind of server, and what a kept connection remembers about its own.
#include "database/target.h"

#include <gtest/gtest.h>

#include "database/standing.h"

namespace winnow::database {
namespace {

TEST(StandingOfAServer, IsAskedForOnceACallAndComparedWithTheFirst) {
  Standing standing;
  EXPECT_FALSE(standing.note("standby a", false, Target::primary));
  EXPECT_FALSE(standing.is_noted());
  EXPECT_TRUE(standing.note("primary a", true, Target::primary));
  EXPECT_FALSE(standing.take_question());  // the call that it was noted in

  standing.begin_call();
  EXPECT_TRUE(standing.take_question());
  EXPECT_FALSE(standing.take_question());
  EXPECT_TRUE(standing.is_still("primary a"));
  EXPECT_FALSE(standing.is_still("primary b"));
}

// One that has answered this call is its failure, whatever becomes of the connection.
TEST(StandingOfAServer, IsOutdatedWhereItIsAnotherOneOrTheConnectionBrokeWhileItWaited) {
  Standing standing;
  EXPECT_FALSE(standing.is_outdated(true));
  standing.begin_call();
  EXPECT_TRUE(standing.is_outdated(true));
  EXPECT_FALSE(standing.is_outdated(false));
  standing.note_answer();
  EXPECT_FALSE(standing.is_outdated(true));
  standing.note_change(true);
  EXPECT_TRUE(standing.is_outdated(false));
}

TEST(Target, IsAPrimaryFirstWhereThereIsAChoiceOfHosts) {
  Settings settings;
  EXPECT_EQ(first_choice(settings), Target::any);
  settings.other_hosts.push_back({});
  EXPECT_EQ(rounds_of(settings), (std::vector{Target::primary, Target::any}));
  settings.target = Target::standby;
  EXPECT_EQ(rounds_of(settings), std::vector{Target::standby});
  EXPECT_FALSE(check_kind(settings, true, "it takes writes"));
  EXPECT_EQ(check_kind(settings, true, "it takes writes").error().sqlstate, kNotTheTarget);
  EXPECT_TRUE(check_kind(settings, false, ""));
}

}  // namespace
}  // namespace winnow::database

// The operator's `pace`: what each key becomes, and what is refused with its line.
#include "plugin/configuration/pace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/configuration/configuration.h"

namespace winnow::plugin {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;

const std::string kDatabase = "database: {url: 'postgresql://kestra:secret@db1/kestra'}\n";

std::string refusal(const std::string& pace) {
  const auto configuration = read_configuration(kDatabase + "pace: " + pace);
  if (configuration) return "accepted";
  EXPECT_EQ(configuration.error().kind, FailureKind::configuration);
  return configuration.error().message;
}

TEST(ConfiguredPace, IsNoneWhereNothingIsSaid) {
  EXPECT_FALSE(read_configuration(kDatabase)->pace);
}

TEST(ConfiguredPace, HasEveryKey) {
  const auto pace =
      *read_configuration(kDatabase +
                          "pace: {workShare: 0.5, rowsPerSecond: 500, window: '22:00-06:00 UTC', "
                          "budget: PT2H, maxLag: PT5S, replicas: ['postgresql://db2/kestra', "
                          "'postgresql://watcher:other@db3/kestra'], stopFile: /run/winnow.stop, "
                          "health: {lockWaiters: 3, autovacuum: false, walBytesPerSecond: 10, "
                          "historyLength: 20, threadsRunning: 30, flowControlQueue: 40}}")
           .value()
           .pace;
  EXPECT_EQ(pace.work_share, 0.5);
  EXPECT_EQ(pace.rows_per_second, 500);
  EXPECT_EQ(pace.windows.size(), 1U);
  EXPECT_EQ(pace.budget, milliseconds(7'200'000));
  EXPECT_EQ(pace.max_lag, milliseconds(5'000));
  EXPECT_EQ(pace.stop_file, "/run/winnow.stop");
  ASSERT_EQ(pace.replicas.size(), 2U);
  EXPECT_EQ(pace.replicas[0].host, "db2");
  EXPECT_EQ(pace.replicas[0].user, "kestra");
  EXPECT_EQ(pace.replicas[0].password, "secret");
  EXPECT_EQ(pace.replicas[1].user, "watcher");
  EXPECT_EQ(pace.replicas[1].password, "other");
  EXPECT_EQ(pace.health.lock_waiters, 3);
  EXPECT_FALSE(pace.health.autovacuum);
  EXPECT_EQ(pace.health.wal_per_second, 10);
  EXPECT_EQ(pace.health.history_length, 20);
  EXPECT_EQ(pace.health.threads_running, 30);
  EXPECT_EQ(pace.health.flow_control_queue, 40);
}

TEST(ConfiguredPace, NullSwitchesALimitOff) {
  const auto pace =
      *read_configuration(kDatabase + "pace: {health: {lockWaiters: null}}").value().pace;
  EXPECT_FALSE(pace.health.lock_waiters);
  EXPECT_EQ(pace.health.history_length, 1'000'000) << "what is not named keeps its default";
}

TEST(ConfiguredPace, ThatIsWrongIsRefusedWithItsPlace) {
  EXPECT_THAT(refusal("{workShare: 2}"),
              AllOf(HasSubstr("configuration:2"), HasSubstr("workShare")));
  EXPECT_THAT(refusal("{workshare: 0.5}"), HasSubstr("workShare"));
  EXPECT_THAT(refusal("{budget: 2h}"), AllOf(HasSubstr("configuration:2"), HasSubstr("budget")));
  EXPECT_THAT(refusal("{window: night}"), AllOf(HasSubstr("configuration:2"), HasSubstr("window")));
  EXPECT_THAT(refusal("{stopFile: stop}"), HasSubstr("absolute"));
  EXPECT_THAT(refusal("{replicas: ['mysql://db2/kestra']}"),
              AllOf(HasSubstr("replicas/0"), HasSubstr("another kind of server")));
  EXPECT_THAT(refusal("{replicas: ['db2']}"), HasSubstr("replicas/0"));
}

TEST(ConfiguredPace, OfReplicasNeedsADatabase) {
  const auto refused = read_configuration("pace: {replicas: ['postgresql://db2/kestra']}");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("no database is configured"));
}

}  // namespace
}  // namespace winnow::plugin

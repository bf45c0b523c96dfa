// A purge gives way to a replica that falls behind, and goes on once that one has caught up.
#include <gmock/gmock.h>

#include "tests/servers/own_server.h"
#include "tests/servers/postgres_cluster.h"
#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using std::chrono::milliseconds;

constexpr int kExecutions = 60;
constexpr milliseconds kMost{1'500};

// A purge whose replica was stopped before its rows were written, and is resumed during the purge's
// first wait. Nothing is deleted meanwhile.
void expect_a_wait_for(const std::string& replica, TaskBed& bed,
                       const std::function<void()>& let_go) {
  auto& pace = bed.pace.has_value() ? *bed.pace : bed.pace.emplace();
  pace.max_lag = kMost;
  // Without it everything would be deleted before the second check.
  pace.rows_per_second = kExecutions / 6;
  std::vector<std::string> story;
  std::int64_t gone = 0;
  bed.host.on_event = [&](const Json& event) {
    if (event["event"] == "paused") {
      story.emplace_back("paused");
      EXPECT_EQ(event["reason"], "replicaLag");
      EXPECT_EQ(event["of"], replica);
      EXPECT_EQ(event["limit"], kMost.count());
      EXPECT_GT(event["figure"], kMost.count());
      gone = bed.progress.rows_done;
      EXPECT_TRUE(bed.progress.waiting);
      let_go();
    } else if (event["event"] == "resumed") {
      story.emplace_back("resumed");
      EXPECT_EQ(bed.progress.rows_done, gone) << "nothing goes while it waits";
      EXPECT_EQ(event["reason"], "replicaLag");
    }
  };
  const auto result =
      require_result(bed.run("PurgeExecutions", Json{{"endDate", kEnd}, {"batchSize", 1}}));
  EXPECT_EQ(story, (std::vector<std::string>{"paused", "resumed"}));
  EXPECT_LT(gone, kExecutions);
  EXPECT_EQ(result["executionsCount"], kExecutions);
  ASSERT_TRUE(result.contains("pace"));
  const auto& wait = result["pace"]["waits"].at(0);
  EXPECT_EQ(wait["of"], replica);
  EXPECT_EQ(wait["times"], 1);
  EXPECT_GT(wait["worst"], kMost.count());
}

struct WithCluster {
  PostgresCluster cluster;
};

// The primary knows its replicas itself.
class PostgresReplica : protected WithCluster, public PurgeBed {
 protected:
  PostgresReplica() : PurgeBed(TestDatabase::create(GetParam(), cluster.url())) {}

  void add() {
    for (int i = 0; i < kExecutions; ++i) {
      rows_.add_execution("e" + std::to_string(i), "company.team", "daily", kEnd, 0);
    }
  }
};

TEST_P(PostgresReplica, IsWaitedForWhileItAppliesTooLate) {
  cluster.delay_asynchronous("1h");
  add();
  expect_a_wait_for("db3", bed_, [&] { cluster.delay_asynchronous("0"); });
}

TEST_P(PostgresReplica, ThatOnlyTheOperatorKnowsIsAskedItself) {
  const auto replica = require(database::parse_url(cluster.asynchronous_url()));
  cluster.silence_asynchronous();
  add();
  bed_.pace.emplace().replicas = {replica};
  expect_a_wait_for(replica.safe_name(), bed_, [&] { cluster.restore(); });
}

struct WithReplica {
  static constexpr const char* kOptions = " --gtid-mode=ON --enforce-gtid-consistency=ON";
  OwnServer server{"mysql", std::string("--server-id=1 --log-bin=binlog") + kOptions};
  OwnServer replica{"mysql", std::string("--server-id=2") + kOptions};
};

class MysqlReplica : protected WithReplica, public PurgeBed {
 protected:
  MysqlReplica() : PurgeBed(begin()) {}

  static void say_to(const database::Settings& server, const std::string& sql) {
    const Cancellation never;
    const auto connection = require(database::connect(server, never));
    require(connection->query(database::plain(sql), [](const auto&) { return true; }));
  }
  database::Settings settings_of_replica() const {
    return require(database::parse_url(replica.url()));
  }

 private:
  // Both have what their start made; the replica begins with what comes after.
  TestDatabase begin() {
    const auto source = require(database::parse_url(server.url()));
    say_to(source, "RESET BINARY LOGS AND GTIDS");
    say_to(settings_of_replica(), "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '" + source.host +
                                      "', SOURCE_PORT = " + std::to_string(source.port) +
                                      ", SOURCE_USER = '" + source.user + "', SOURCE_PASSWORD = '" +
                                      source.password +
                                      "', SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1");
    say_to(settings_of_replica(), "START REPLICA");
    return TestDatabase::create(GetParam(), server.url());
  }
};

TEST_P(MysqlReplica, IsWaitedForWhileItsApplierIsStopped) {
  say_to(settings_of_replica(), "STOP REPLICA SQL_THREAD");
  for (int i = 0; i < kExecutions; ++i) {
    rows_.add_execution("e" + std::to_string(i), "company.team", "daily", kEnd, 0);
  }
  bed_.pace.emplace().replicas = {settings_of_replica()};
  expect_a_wait_for(settings_of_replica().safe_name(), bed_,
                    [&] { say_to(settings_of_replica(), "START REPLICA SQL_THREAD"); });
}

INSTANTIATE_TEST_SUITE_P(Servers, PostgresReplica, testing::ValuesIn(only("postgresql")),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PostgresReplica);
INSTANTIATE_TEST_SUITE_P(Servers, MysqlReplica, testing::ValuesIn(only("mysql")),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MysqlReplica);

}  // namespace
}  // namespace winnow::tests

// A server that hangs: its kernel accepts connections, but it does not respond.
#include <gmock/gmock.h>

#include "database/count.h"
#include "tests/servers/own_server.h"
#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::Contains;
using testing::HasSubstr;

struct WithOwnServer {
  OwnServer server{testing::WithParamInterface<TestEngine>::GetParam().name};
};

class Hang : protected WithOwnServer, public PurgeBed {
 protected:
  Hang() : PurgeBed(TestDatabase::create(GetParam(), server.url())) {}

  void expect_patience_with_a_long_statement() {
    const Cancellation never;
    const auto connection = require(database::connect(impatient(), never));
    const auto* sleep = on("mysql") ? "SELECT SLEEP(1)" : "SELECT 0 FROM pg_sleep(1)";
    EXPECT_EQ(require(database::count_of(*connection, database::plain(sleep))), 0);
  }

  // Checked soon, and given up soon.
  database::Settings impatient() const {
    auto settings = database_.settings();
    settings.connect_timeout_ms = 1'000;
    settings.silence_ms = 200;
    return settings;
  }
};

TEST_P(Hang, AServerThatAnswersNobodyIsGivenUpAndWaitedFor) {
  EXPECT_EQ(database::Settings().silence_ms, 20'000) << "docs/servers.md says 20 s";
  expect_patience_with_a_long_statement();
  add_executions(6);
  TaskBed bed(impatient());
  bed.policy.tenants = {"main"};
  bool frozen = false;
  bed.host.on_event = [&](const Json& event) {
    if (event["event"] == "batch" && !std::exchange(frozen, true)) server.freeze();
  };
  bed.host.on_log = [&](const std::string& text) {
    if (text.find("the server hangs") != std::string::npos) server.thaw();
  };
  const auto result = require_result(bed.run("PurgeExecutions", with(kPurge, {{"batchSize", 2}})));
  EXPECT_EQ(result["executionsCount"], 6);
  EXPECT_EQ(result["logsCount"], 12);
  EXPECT_THAT(bed.host.logs(), Contains(HasSubstr("the server hangs")));
  EXPECT_EQ(rows_.keys("executions").size(), 0U);
}

std::vector<TestEngine> with_postgres() {
  auto engines = with_a_server();
  std::erase_if(engines, [](const TestEngine& engine) { return engine.name != "postgresql"; });
  return engines;
}

struct WithLostStandby {
  OwnServer server{"postgresql", "synchronous_standby_names=lost"};
};

class LostStandby : protected WithLostStandby, public PurgeBed {
 protected:
  LostStandby() : PurgeBed(TestDatabase::create(GetParam(), server.url())) {}
};

// Every COMMIT waits then, and the server says nothing.
TEST_P(LostStandby, ThatDoesNotConfirmIsNamedWhileItIsWaitedFor) {
  add_executions(2);
  say("ALTER DATABASE " + connection_->dialect().quoted(database_.settings().database) +
      " SET synchronous_commit = on");
  std::string waited_for;
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] != "waiting" || !waited_for.empty()) return;
    waited_for = event["for"].get<std::string>();
    say("ALTER SYSTEM SET synchronous_standby_names = ''");
    say("SELECT pg_reload_conf()");
  };
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", kPurge))["executionsCount"], 2);
  EXPECT_THAT(waited_for, HasSubstr("a standby to confirm"));
  EXPECT_THAT(waited_for, HasSubstr("synchronous_standby_names is \"lost\""));
}

INSTANTIATE_TEST_SUITE_P(Servers, LostStandby, testing::ValuesIn(with_postgres()),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LostStandby);

INSTANTIATE_TEST_SUITE_P(Servers, Hang, testing::ValuesIn(with_a_server()),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Hang);

}  // namespace
}  // namespace winnow::tests

// A purge that its host pauses, and one that runs alone on its database (`exclusive`).
#include <unistd.h>

#include <gmock/gmock.h>
#include <sys/wait.h>

#include "database/count.h"
#include "tasks/shared/run_lock.h"
#include "tests/servers/pgbouncer.h"
#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::HasSubstr;

const Json kRules{
    {"rules", {{{"match", {{"namespace", "company.**"}}}, {"keep", {{"age", "P1D"}}}}}}};

class Control : public PurgeBed {
 protected:
  Json exclusive(const Json& more = Json::object()) const {
    return with(with(kPurge, {{"exclusive", true}, {"batchSize", 2}}), more);
  }
  std::size_t left() { return rows_.keys("executions").size(); }
  std::int64_t number(const std::string& sql) {
    return require(database::count_of(*connection_, database::plain(sql)));
  }
  // Ends the session of the run's lock on the server; returns when the server has released the
  // lock.
  void end_session_of_lock() {
    const std::string held =
        on("postgresql")
            ? "FROM pg_locks WHERE locktype = 'advisory' AND database = "
              "(SELECT oid FROM pg_database WHERE datname = current_database())"
            : "FROM performance_schema.metadata_locks JOIN performance_schema.threads ON THREAD_ID "
              "= "
              "OWNER_THREAD_ID WHERE OBJECT_TYPE = 'USER LEVEL LOCK' AND OBJECT_NAME = "
              "CONCAT('winnow.PurgeExecutions.', LEFT(SHA2(DATABASE(), 256), 32))";
    ASSERT_EQ(number("SELECT count(*) " + held), 1);
    if (on("postgresql")) {
      say("SELECT pg_terminate_backend(pid) " + held);
    } else {
      say("KILL " + std::to_string(number("SELECT PROCESSLIST_ID " + held)));
    }
    while (number("SELECT count(*) " + held) > 0) {
    }
  }
};

// Pausing takes effect after the batch in flight, and then the run holds no lock: others can delete
// its next rows.
TEST_P(Control, APausedRunHoldsNothing) {
  add_executions(6);
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] == "batch") bed_.paused = true;
    if (event["event"] != "paused") return;
    EXPECT_TRUE(bed_.progress.waiting);
    const auto other = database_.connection();
    require(other->execute(std::vector{database::plain("DELETE FROM logs")},
                           database::AfterBatch::commit));
    if (on("postgresql")) {
      EXPECT_EQ(number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                       "AND pid <> pg_backend_pid() AND state LIKE 'idle in%'"),
                0);
    }
    bed_.paused = false;
  };
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 2}})));
  EXPECT_EQ(result["executionsCount"], 6);
  EXPECT_EQ(result["pace"]["waits"][0]["reason"], "host");
  EXPECT_GE(result["pace"]["waits"][0]["times"], 1);
  EXPECT_FALSE(bed_.progress.waiting);
}

TEST_P(Control, RulesArePausedAndAloneTogether) {
  add_executions(4);
  int asked = 0;
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] == "batch") bed_.paused = true;
    if (event["event"] != "paused") return;
    ++asked;
    TaskBed second(database_.settings());
    second.exclusive = true;
    EXPECT_FALSE(second.run("ApplyRetention", kRules));
    bed_.paused = false;
  };
  const auto result = require_result(
      bed_.run("ApplyRetention", with(kRules, {{"exclusive", true}, {"batchSize", 2}})));
  EXPECT_EQ(result["executionsCount"], 4);
  EXPECT_GT(asked, 0);
}

TEST_P(Control, ACancelledPauseEndsTheRunWithItsAccount) {
  add_executions(6);
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] == "batch") bed_.paused = true;
    if (event["event"] == "paused") bed_.cancellation.request();
  };
  const auto result = bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 2}}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::cancelled);
  EXPECT_EQ(result.error().done["executionsCount"], 6 - left());
  EXPECT_EQ(result.error().done["pace"]["waits"][0]["reason"], "host");
}

// By the parameter, and by the operator's configuration.
TEST_P(Control, ASecondExclusiveRunIsRefusedAtOnceWithWhoRuns) {
  add_executions(4);
  TaskBed second(database_.settings());
  second.exclusive = true;
  int tried = 0;
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] != "batch" || tried++ > 0) return;
    const auto before = left();
    const auto refused = second.run("PurgeExecutions", kPurge);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, FailureKind::conflict);
    EXPECT_TRUE(refused.error().retryable);
    EXPECT_THAT(refused.error().message,
                HasSubstr("PurgeExecutions runs on this database already"));
    EXPECT_THAT(refused.error().message, HasSubstr(on("mysql") ? "session " : "process "));
    EXPECT_EQ(left(), before);
    EXPECT_TRUE(require_result(second.run("PurgeExecutions", with(kPurge, {{"dryRun", true}})))
                    .contains("executionsCount"));
  };
  const auto result = require_result(bed_.run("PurgeExecutions", exclusive()));
  EXPECT_EQ(result["executionsCount"], 4);
  EXPECT_GT(tried, 0);
  // The first has ended: the lock is free.
  EXPECT_EQ(require_result(second.run("PurgeExecutions", exclusive()))["executionsCount"], 0);
}

TEST_P(Control, OtherTasksAndRunsThatDoNotAskWorkBesideIt) {
  add_executions(4);
  bool tried = false;
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] != "batch" || std::exchange(tried, true)) return;
    TaskBed other(database_.settings());
    EXPECT_TRUE(other.run("PurgeLogs", exclusive({{"batchSize", 100}})));
    EXPECT_TRUE(other.run("PurgeExecutions", kPurge));
  };
  require_result(bed_.run("PurgeExecutions", exclusive()));
  EXPECT_EQ(left(), 0U);
  EXPECT_TRUE(tried);
}

TEST_P(Control, ItsLockIsOfOneDatabase) {
  add_executions(2);
  auto database = TestDatabase::create(GetParam());
  const auto connection = database.connection();
  require(sample::create_schema(*connection, GetParam().schema_version));
  bool tried = false;
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] != "batch" || std::exchange(tried, true)) return;
    TaskBed other(database.settings());
    EXPECT_TRUE(other.run("PurgeExecutions", exclusive()));
  };
  require_result(bed_.run("PurgeExecutions", exclusive()));
  EXPECT_TRUE(tried);
}

// The lock of a killed process; only the server (or the kernel) releases it.
TEST_P(Control, AKilledHolderLeavesTheLockFree) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t holder = ::fork();
  ASSERT_GE(holder, 0);
  if (holder == 0) {
    const auto connection = database_.connection();
    const auto lock = connection->take_lock("PurgeExecutions");
    const char held = lock && lock->is_own ? '1' : '0';
    static_cast<void>(::write(ready[1], &held, 1));
    while (true) ::pause();
  }
  char held = 0;
  ASSERT_EQ(::read(ready[0], &held, 1), 1);
  EXPECT_EQ(held, '1');
  EXPECT_FALSE(bed_.run("PurgeExecutions", exclusive()));
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  // A server hears of it in its own time.
  bool refused = true;
  for (int tries = 0; refused && tries < 2'000; ++tries) {
    refused = !bed_.run("PurgeExecutions", exclusive());
  }
  EXPECT_FALSE(refused);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_P(Control, ALockThatIsLostWithItsConnectionIsTakenAgain) {
  if (!is_server()) GTEST_SKIP() << "no connection";
  add_executions(6);
  bool ended = false;
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] == "batch" && !std::exchange(ended, true)) end_session_of_lock();
  };
  const auto result = require_result(bed_.run("PurgeExecutions", exclusive()));
  EXPECT_EQ(result["executionsCount"], 6);
  EXPECT_THAT(bed_.host.logs(), testing::Contains(HasSubstr(
                                    "the lock of `exclusive` was lost with its connection and is "
                                    "taken again")));
}

// The run that took the lock in between goes on, and this run ends and reports what it did.
TEST_P(Control, ALockThatAnotherRunTookMeanwhileEndsTheRun) {
  if (!is_server()) GTEST_SKIP() << "no connection";
  add_executions(6);
  std::unique_ptr<database::Connection> other;
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] != "batch" || other) return;
    other = database_.connection();
    end_session_of_lock();
    for (bool taken = false; !taken;) {
      taken = require(other->take_lock("PurgeExecutions")).is_own;
    }
  };
  const auto result = bed_.run("PurgeExecutions", exclusive());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::conflict);
  EXPECT_THAT(result.error().message, HasSubstr("another run of PurgeExecutions has it now"));
  EXPECT_EQ(result.error().done["executionsCount"], 6 - left());
  EXPECT_GT(left(), 0U);
}

TEST_P(Control, BehindAPoolInTransactionModeExclusiveIsRefused) {
  if (!on("postgresql")) GTEST_SKIP() << "pgbouncer is of PostgreSQL";
  add_executions(2);
  const Pgbouncer pooler(database_.settings());
  auto settings = database_.settings();
  settings.port = pooler.port();
  TaskBed bed(settings);
  const auto refused = bed.run("PurgeExecutions", exclusive());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, FailureKind::configuration);
  EXPECT_EQ(refused.error().pointer, "/exclusive");
  EXPECT_THAT(refused.error().message, HasSubstr("pool in session mode"));
  EXPECT_EQ(left(), 2U);
  EXPECT_EQ(number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), 0);
  EXPECT_TRUE(bed.run("PurgeExecutions", kPurge));
}

INSTANTIATE_TEST_SUITE_P(Engines, Control, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

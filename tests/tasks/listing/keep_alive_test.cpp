// `database.keep-alive`: one connection serves listing after listing, one at a time, and each
// behaves as if it had a new connection.
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "database/kept_connection.h"
#include "tests/database/breaking_proxy.h"
#include "tests/tasks/listing/bed.h"
#include "tests/tasks/listing/world.h"

namespace winnow::tests {
namespace {

using database::KeptConnection;
using std::chrono::milliseconds;
using testing::ElementsAre;

const char* const kDay = "2026-02-01T12:00:00.000000Z";
constexpr milliseconds kLong{600'000};

class KeepAlive : public ListingBed {
 protected:
  explicit KeepAlive(const std::string& trigger = "never sent")
      : proxy_(database_.settings().host, database_.settings().port, trigger,
               BreakingProxy::When::before_forwarding, BreakingProxy::How::hang_up_once) {
    insert("e1", "company.team");
  }

  void insert(const std::string& id, const std::string& name_space) {
    auto document = execution_document(id, kDay);
    document["namespace"] = name_space;
    insert_executions(rows_, {document});
  }
  void act(const std::string& sql) {
    require(connection_->query(database::plain(sql), [](const database::Row&) { return true; }));
  }

  // A call with its own host and its own cancellation.
  std::unique_ptr<TaskBed> call(std::int32_t lock_timeout_ms = 2'000) {
    auto settings = database_.settings();
    settings.lock_timeout_ms = lock_timeout_ms;
    settings.port = proxy_.port();
    auto bed = std::make_unique<TaskBed>(settings);
    bed->policy.tenants = {"main"};
    bed->store_directory = bed_.store_directory;
    bed->kept = &kept_;
    return bed;
  }
  std::vector<std::string> listed(const Json& parameters = Json::object()) {
    return ids_of(require_result(call()->run("ListExecutions", parameters))["rows"]);
  }

  // As a server that is shut down does it, or an administrator.
  void end_the_idle_session() {
    const bool is_postgres = on("postgresql");
    std::vector<std::string> others;
    require(connection_->query(
        database::plain(is_postgres
                            ? "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                              "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                            : "SELECT ID FROM information_schema.PROCESSLIST "
                              "WHERE DB = DATABASE() AND ID <> CONNECTION_ID()"),
        [&others](const database::Row& row) {
          others.emplace_back(row.text(0).value_or(""));
          return true;
        }));
    ASSERT_EQ(others.size(), 1U);
    if (!is_postgres) act("KILL " + others.front());
  }
  void wait_for_ended(int connections) const {
    while (proxy_.ended() < connections) std::this_thread::yield();
  }

  BreakingProxy proxy_;
  KeptConnection kept_{kLong};
};

// PostgreSQL: the page, with a look at the catalog and at the server in front of it. MySQL: a look
// at both, then the page, which stays prepared.
TEST_P(KeepAlive, AWarmPageCostsItsOwnRoundTripAndNoLogIn) {
  const Json parameters = {{"namespace", "company.team"}};
  for (int time = 0; time < 2; ++time) EXPECT_THAT(listed(parameters), ElementsAre("e1"));
  const auto before = proxy_.round_trips();
  EXPECT_THAT(listed(parameters), ElementsAre("e1"));
  EXPECT_EQ(proxy_.round_trips() - before, on("postgresql") ? 1 : 2);
  EXPECT_EQ(proxy_.accepted(), 1);
}

TEST_P(KeepAlive, ASessionThatEndedWhileItWaitedIsReplaced) {
  EXPECT_THAT(listed(), ElementsAre("e1"));
  end_the_idle_session();
  EXPECT_THAT(listed(), ElementsAre("e1"));
  EXPECT_EQ(proxy_.accepted(), 2);
  EXPECT_THAT(listed(), ElementsAre("e1"));
  EXPECT_EQ(proxy_.accepted(), 2);
}

TEST_P(KeepAlive, ItsScheduleIsThatOfTheClockAndOfTheHandle) {
  EXPECT_THAT(listed(), ElementsAre("e1"));
  EXPECT_EQ(proxy_.ended(), 0);
  kept_.close();
  wait_for_ended(1);
  EXPECT_THAT(listed(), ElementsAre("e1"));  // and nothing is kept after close()
  wait_for_ended(2);

  KeptConnection short_time(milliseconds(50));
  for (int time = 3; time <= 4; ++time) {
    auto bed = call();
    bed->kept = &short_time;
    require_result(bed->run("ListExecutions", Json::object()));
    wait_for_ended(time);
  }
  KeptConnection short_life(kLong, milliseconds(0));
  for (int time = 5; time <= 6; ++time) {
    auto bed = call();
    bed->kept = &short_life;
    require_result(bed->run("ListExecutions", Json::object()));
    EXPECT_EQ(proxy_.accepted(), time);
  }
}

// While the first writes its file the second lists. One of the two connections waits afterwards.
TEST_P(KeepAlive, TwoCallsAtOnceHaveAConnectionEach) {
  EXPECT_THAT(listed(), ElementsAre("e1"));
  auto storing = call();
  std::vector<std::string> beside;
  storing->host.on_event = [&](const Json&) {
    if (beside.empty()) beside = listed();
  };
  EXPECT_EQ(require_result(storing->run("ListExecutions", {{"fetchType", "STORE"}}))["size"], 1);
  EXPECT_THAT(beside, ElementsAre("e1"));
  EXPECT_EQ(proxy_.accepted(), 2);
  wait_for_ended(1);
  EXPECT_THAT(listed(), ElementsAre("e1"));
  EXPECT_EQ(proxy_.accepted(), 2);
}

TEST_P(KeepAlive, SeesWhatTheSchemaHasBecomeWhileItWaited) {
  const auto table = connection_->dialect().quoted("executions");
  const Json parameters = {
      {"columns", {"id", "flowId"}}, {"orderBy", "id"}, {"namespace", "company.team"}};
  EXPECT_THAT(listed(parameters), ElementsAre("e1"));
  insert("e0", "company.team.new");
  EXPECT_THAT(listed(parameters), ElementsAre("e1", "e0"));
  act("ALTER TABLE " + table + " RENAME COLUMN flow_id TO flow");
  for (int time = 0; time < 2; ++time) {
    const auto refused = call()->run("ListExecutions", parameters);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, FailureKind::schema);
    EXPECT_THAT(refused.error().message, testing::HasSubstr("\"flow_id\""));
  }
  act("ALTER TABLE " + table + " RENAME COLUMN flow TO flow_id");
  for (int time = 0; time < 2; ++time) EXPECT_THAT(listed(parameters), ElementsAre("e1", "e0"));
}

// The first call's host and cancellation no longer exist; the second's are used. A cancelled call
// is not retried, and its connection is not reused.
TEST_P(KeepAlive, ServesTheHostOfTheCallThatItServes) {
  EXPECT_THAT(listed(), ElementsAre("e1"));
  const auto table = connection_->dialect().quoted("executions");
  act(on("postgresql") ? "BEGIN" : "SET autocommit = 0");
  act(on("postgresql") ? "LOCK TABLE " + table : "LOCK TABLES " + table + " WRITE");
  auto waiting = call(20'000);
  waiting->host.on_event = [&](const Json& event) {
    if (event["event"] == "waiting") waiting->cancellation.request();
  };
  const auto cancelled = waiting->run("ListExecutions", Json::object());
  act(on("postgresql") ? "COMMIT" : "UNLOCK TABLES");
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().kind, FailureKind::cancelled) << cancelled.error().message;
  EXPECT_EQ(proxy_.accepted(),
            3);  // another one looked what it waits for, another one interrupted it
  wait_for_ended(3);
  EXPECT_THAT(listed(), ElementsAre("e1"));
}

// What the child does with its copy says nothing to the parent's server.
TEST_P(KeepAlive, AForkedProcessLeavesItToItsParent) {
  EXPECT_THAT(listed(), ElementsAre("e1"));
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::alarm(20);
    const bool has_one = kept_.take().connection != nullptr;
    kept_.~KeptConnection();
    ::_exit(has_one ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_THAT(listed(), ElementsAre("e1"));
  EXPECT_EQ(proxy_.accepted(), 1);
}

INSTANTIATE_TEST_SUITE_P(Servers, KeepAlive, testing::ValuesIn(with_a_server()),
                         testing::PrintToStringParamName());

// Between the check whether the socket is open and the reply: the first round trip of a kept
// connection.
class KeepAliveBreaks : public KeepAlive {
 protected:
  KeepAliveBreaks() : KeepAlive(GetParam().name == "mysql" ? "DATABASE()); " : "company.second") {}
};

TEST_P(KeepAliveBreaks, InItsFirstRoundTripIsReplaced) {
  EXPECT_THAT(listed(), ElementsAre("e1"));
  EXPECT_THAT(listed({{"namespace", "company.second"}}), ElementsAre());
  EXPECT_EQ(proxy_.accepted(), 2);
}

INSTANTIATE_TEST_SUITE_P(Servers, KeepAliveBreaks, testing::ValuesIn(with_a_server()),
                         testing::PrintToStringParamName());

// What a new log-in of this role would begin with.
class KeepAliveOnPostgres : public KeepAlive {};

TEST_P(KeepAliveOnPostgres, ReadsTheSchemaThatANewConnectionWouldRead) {
  EXPECT_THAT(listed(), ElementsAre("e1"));
  act("CREATE SCHEMA other");
  act("CREATE TABLE other.executions (LIKE executions INCLUDING ALL)");
  EXPECT_THAT(listed(), ElementsAre("e1"));
  EXPECT_EQ(proxy_.accepted(), 1);
  act("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = other', "
      "current_database()); END $$");
  EXPECT_THAT(listed(), ElementsAre());
  EXPECT_EQ(proxy_.accepted(), 2);
}

INSTANTIATE_TEST_SUITE_P(Servers, KeepAliveOnPostgres,
                         testing::Values(TestEngine{"postgresql", "2.0"}),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

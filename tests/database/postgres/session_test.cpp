// What only PostgreSQL's driver does: its failures in mid-statement, broken connections, a pooler
// between.
#include <filesystem>
#include <iterator>
#include <thread>

#include <gmock/gmock.h>

#include "database/texts.h"
#include "tests/database/breaking_proxy.h"
#include "tests/database/driver_bed.h"
#include "tests/servers/pgbouncer.h"

namespace winnow::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const database::RowHandler kIgnore = [](const Row& /*row*/) { return true; };

class PostgresSession : public DriverBed {
 protected:
  // Queries until the other session is in that state. The suite's timeout bounds it.
  void await(const std::string& condition) {
    const auto sql =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
        "pid <> pg_backend_pid() AND " +
        condition;
    while (cell_of(*connection_, sql) == "0") std::this_thread::yield();
  }

  BreakingProxy proxy(const std::string& trigger, BreakingProxy::When when,
                      BreakingProxy::How how) {
    return {database_.settings().host, database_.settings().port, trigger, when, how};
  }
  std::unique_ptr<database::Connection> through(std::uint16_t port,
                                                const Cancellation& cancellation) {
    auto settings = database_.settings();
    settings.port = port;
    settings.connect_timeout_ms = 2'000;
    return require(database::connect(settings, cancellation));
  }

  const Cancellation never_;
};

std::ptrdiff_t threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

// Like a system that lacks it, where the setting stays 0 and each attempt is a line in the server's
// log.
TEST_P(PostgresSession, SetsOnceWhatTheServersSystemDoesNotTake) {
  run(*connection_,
      {"CREATE SCHEMA own", "CREATE SEQUENCE own.tries",
       "CREATE FUNCTION own.set_config(name text, value text, local boolean) RETURNS text LANGUAGE "
       "plpgsql AS $$ BEGIN IF name = 'tcp_user_timeout' THEN PERFORM nextval('own.tries'); RETURN "
       "'0'; END IF; RETURN pg_catalog.set_config(name, value, local); END $$",
       "ALTER DATABASE \"" + database_.settings().database +
           "\" SET search_path = own, pg_catalog, public"});
  const auto other = database_.connection();
  for (int i = 0; i < 2; ++i) {
    require(other->begin());
    EXPECT_EQ(cell_of(*other, "SELECT current_setting('tcp_keepalives_idle')"), "5");
    require(other->execute({}, AfterBatch::commit));
    EXPECT_EQ(cell_of(*other, "SELECT current_setting('tcp_keepalives_count')"), "3");
  }
  EXPECT_EQ(cell_of(*connection_, "SELECT last_value FROM own.tries"), "1");
  EXPECT_EQ(cell_of(*connection_, "SELECT current_setting('tcp_user_timeout')"), "20000");
}

TEST_P(PostgresSession, HoldsAllButACountOfMostRowsToAnIndex) {
  const auto setting = [this](bool may_read_all) {
    database::Statement statement = database::plain("SELECT current_setting('enable_seqscan')");
    statement.may_read_all = may_read_all;
    return require(database::texts_of(*connection_, statement)).front();
  };
  EXPECT_EQ(setting(true), "on");
  EXPECT_EQ(setting(false), "off");
}

TEST_P(PostgresSession, OfAPurgeStartsNoParallelWorkersUnlessTheConfigurationSaysSo) {
  auto settings = database_.settings();
  settings.one_processor = true;
  const auto workers = [&] {
    const auto connection = require(database::connect(settings, never_));
    return cell_of(*connection, "SELECT current_setting('max_parallel_workers_per_gather')");
  };
  EXPECT_EQ(workers(), "0");
  settings.session = {{"max_parallel_workers_per_gather", "3"}};
  EXPECT_EQ(workers(), "3");
}

TEST_P(PostgresSession, CancellingEndsTheStatementOnTheServerToo) {
  Cancellation cancellation;
  const auto connection = database_.connection(cancellation);
  std::thread canceller([&] {
    await("state = 'active' AND wait_event = 'PgSleep'");
    cancellation.request();
  });
  require(connection->begin());
  const auto done = connection->query(plain("SELECT pg_sleep(600)"), kIgnore);
  canceller.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::cancelled);
  EXPECT_EQ(done.error().sqlstate, "57014");
  // The transaction is rolled back as well, on a connection that is still open.
  EXPECT_EQ(cell_of(*connection_,
                    "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND "
                    "pid <> pg_backend_pid() AND backend_type = 'client backend'"),
            "idle");
}

TEST_P(PostgresSession, ADeadlockIsAConflictThatMayBeTriedAgain) {
  insert_many(2);
  const auto other = database_.connection();
  const auto first = renaming("k00000", "x");
  const auto second = renaming("k00001", "x");
  auto settings = database_.settings();
  settings.lock_timeout_ms = 60'000;
  const auto one = require(database::connect(settings, never_));
  const auto two = require(database::connect(settings, never_));
  require(one->execute({&first, 1}, AfterBatch::stay_open));
  require(two->execute({&second, 1}, AfterBatch::stay_open));
  Outcome<std::vector<std::int64_t>> one_done;
  std::thread waiter([&] { one_done = one->execute({&second, 1}, AfterBatch::commit); });
  const auto two_done = two->execute({&first, 1}, AfterBatch::commit);
  waiter.join();
  ASSERT_NE(one_done.has_value(), two_done.has_value());
  const auto& failure = one_done ? two_done.error() : one_done.error();
  EXPECT_EQ(failure.kind, FailureKind::conflict);
  EXPECT_EQ(failure.sqlstate, "40P01");
  EXPECT_TRUE(failure.retryable);
}

// Outside of a transaction no rollback waits for the thread that asks the server to cancel.
TEST_P(PostgresSession, TheThreadThatCancelsEndsWithTheConnection) {
  std::thread([] {}).join();  // a sanitizer starts its own with the first
  const auto before = threads();
  for (int i = 0; i < 20; ++i) {
    Cancellation cancellation;
    const auto connection = database_.connection(cancellation);
    std::thread canceller([&] {
      await("state = 'active' AND wait_event = 'PgSleep'");
      cancellation.request();
    });
    EXPECT_FALSE(connection->query(plain("SELECT pg_sleep(600)"), kIgnore));
    canceller.join();
  }
  EXPECT_EQ(threads(), before);
}

TEST_P(PostgresSession, TheServersOwnTimeoutIsNotOurCancel) {
  run(*connection_,
      {"ALTER DATABASE " + database_.settings().database + " SET statement_timeout = '50ms'"});
  const auto done = database_.connection()->query(plain("SELECT pg_sleep(600)"), kIgnore);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::conflict);
  EXPECT_EQ(done.error().sqlstate, "57014");
}

TEST_P(PostgresSession, ANoticeIsNotPrinted) {
  testing::internal::CaptureStderr();
  run(*connection_, {"DROP TABLE IF EXISTS no_such_table"});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_P(PostgresSession, AServerThatEndsTheSessionIsUnavailableAndNothingIsInDoubt) {
  const auto other = database_.connection();
  EXPECT_EQ(cell_of(*other, "SELECT 1"), "1");
  run(*connection_, {"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                     "current_database() AND pid <> pg_backend_pid()"});
  while (cell_of(*connection_,
                 "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                 "backend_type = 'client backend'") != "1") {
    std::this_thread::yield();
  }
  const auto statement = plain("DELETE FROM items");
  const auto done = other->execute({&statement, 1}, AfterBatch::commit);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::unavailable);
  EXPECT_TRUE(done.error().retryable);
  EXPECT_FALSE(done.error().commit_in_doubt);
}

TEST_P(PostgresSession, ASessionThatEndsInMidTransactionLeavesNothingInDoubt) {
  const auto other = database_.connection();
  std::thread killer([&] {
    await("wait_event = 'PgSleep'");
    run(*connection_,
        {"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND "
         "datname = current_database()"});
  });
  const std::vector<Statement> batch = {plain("DELETE FROM items"), plain("SELECT pg_sleep(600)")};
  const auto done = other->execute(batch, AfterBatch::commit);
  killer.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::unavailable);
  EXPECT_EQ(done.error().sqlstate, "57P01");
  EXPECT_FALSE(done.error().commit_in_doubt);
}

TEST_P(PostgresSession, ALinkThatBreaksAfterCommitWasSentLeavesItInDoubt) {
  insert_many(3);
  auto broken = proxy("COMMIT", BreakingProxy::When::after_forwarding, BreakingProxy::How::hang_up);
  const auto connection = through(broken.port(), never_);
  const auto statement = plain("DELETE FROM items WHERE number = 1");
  const auto done = connection->execute({&statement, 1}, AfterBatch::commit);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::unavailable);
  EXPECT_TRUE(done.error().commit_in_doubt);
  // The server took it: what was in doubt is done.
  while (count_items() != "2") std::this_thread::yield();
}

TEST_P(PostgresSession, TheServerTellsWhatBecameOfATransaction) {
  insert_many(2);
  const auto other = database_.connection();
  const auto statement = plain("DELETE FROM items WHERE number = 1");
  ASSERT_TRUE(other->execute({&statement, 1}, AfterBatch::stay_open));
  const auto open = connection_->was_committed(other->transaction_name());
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().kind, FailureKind::conflict);
  EXPECT_TRUE(open.error().retryable);
  ASSERT_TRUE(other->execute({}, AfterBatch::commit));
  EXPECT_EQ(connection_->was_committed(other->transaction_name()).value(), true);
  ASSERT_TRUE(other->execute({&statement, 1}, AfterBatch::stay_open));
  const auto name = other->transaction_name();
  ASSERT_TRUE(other->rollback());
  EXPECT_EQ(connection_->was_committed(name).value(), false);
}

// A replica that takes over may lack the transaction, and give its number to the next one.
TEST_P(PostgresSession, ANumberThatAnotherServerGaveIsCommittedByNobodyKnowsWhom) {
  insert_many(2);
  const auto other = database_.connection();
  const auto statement = plain("DELETE FROM items WHERE number = 1");
  const auto on_another_server = [](const std::string& name) {
    return name.substr(0, name.find('@')) + "@1789000000.000000";
  };
  ASSERT_TRUE(other->execute({&statement, 1}, AfterBatch::stay_open));
  const auto committed = on_another_server(other->transaction_name());
  ASSERT_TRUE(other->execute({}, AfterBatch::commit));
  const auto known = connection_->was_committed(committed);
  ASSERT_TRUE(known) << known.error().message;
  EXPECT_EQ(*known, std::nullopt);
  ASSERT_TRUE(other->execute({&statement, 1}, AfterBatch::stay_open));
  const auto rolled_back = on_another_server(other->transaction_name());
  ASSERT_TRUE(other->rollback());
  EXPECT_EQ(connection_->was_committed(rolled_back).value(), false);
}

TEST_P(PostgresSession, ALinkThatBreaksWithoutACommitLeavesNothingInDoubt) {
  insert_many(3);
  auto broken =
      proxy("DELETE", BreakingProxy::When::before_forwarding, BreakingProxy::How::hang_up);
  const auto connection = through(broken.port(), never_);
  const auto statement = plain("DELETE FROM items WHERE number = 1");
  const auto done = connection->execute({&statement, 1}, AfterBatch::stay_open);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::unavailable);
  EXPECT_FALSE(done.error().commit_in_doubt);
  const auto again = connection->query(plain("SELECT 1"), kIgnore);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, FailureKind::unavailable);
  EXPECT_EQ(count_items(), "3");
}

// Neither the statement nor the request to cancel is ever answered.
TEST_P(PostgresSession, CancellingEndsTheWaitForAServerThatWentSilent) {
  auto silent =
      proxy("pg_sleep", BreakingProxy::When::before_forwarding, BreakingProxy::How::fall_silent);
  Cancellation cancellation;
  const auto connection = through(silent.port(), cancellation);
  std::thread canceller([&] { cancellation.request(); });
  const auto done = connection->query(plain("SELECT pg_sleep(600)"), kIgnore);
  canceller.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::cancelled);
}

TEST_P(PostgresSession, ACommitThatIsCancelledWithoutAnAnswerIsInDoubt) {
  auto silent =
      proxy("COMMIT", BreakingProxy::When::after_forwarding, BreakingProxy::How::fall_silent);
  Cancellation cancellation;
  const auto connection = through(silent.port(), cancellation);
  const auto statement = plain("DELETE FROM items");
  std::thread canceller([&] {
    await("query LIKE 'COMMIT%'");
    cancellation.request();
  });
  const auto done = connection->execute({&statement, 1}, AfterBatch::commit);
  canceller.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::cancelled);
  EXPECT_TRUE(done.error().commit_in_doubt);
}

TEST_P(PostgresSession, AStatementThatFailsNamesWhatIsMissing) {
  const auto done = connection_->query(plain("SELECT colour FROM items"), kIgnore);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::schema);
  EXPECT_EQ(done.error().sqlstate, "42703");
  EXPECT_THAT(done.error().message, HasSubstr("colour"));
  EXPECT_THAT(done.error().message, Not(HasSubstr(database_.settings().password)));
}

TEST_P(PostgresSession, ATextWithANulIsRefusedAndTheConnectionStaysOfUse) {
  const Statement statement{.sql = "SELECT $1::text", .parameters = {std::string("a\0b", 3)}};
  const auto done = connection_->query(statement, kIgnore);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::invalid_parameter);
  EXPECT_EQ(count_items(), "0");
}

// A repeated statement keeps its plan, even after a failure, but not an outdated plan.
TEST_P(PostgresSession, KeepsThePlanOfWhatIsSentAgain) {
  insert_many(8);
  Statement look{.sql = "SELECT key, name FROM items WHERE key = $1::text",
                 .parameters = {std::string("k00001")},
                 .keeps_plan = true};
  auto broken = look;
  broken.sql = "SELECT 1 / (number - number) FROM items WHERE key = $1::text";
  const auto kept = [&] {
    return cell_of(*connection_,
                   "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%items%'");
  };
  for (int i = 0; i < 8; ++i) {
    require(connection_->begin());
    EXPECT_EQ(rows_of(*connection_, look).size(), 1U);
    if (i % 2 == 0) {
      ASSERT_FALSE(connection_->query(broken, kIgnore));
    } else {
      require(connection_->execute({}, AfterBatch::commit));
    }
  }
  EXPECT_EQ(kept(), "2");
  EXPECT_NE(cell_of(*connection_,
                    "SELECT generic_plans FROM pg_prepared_statements WHERE statement "
                    "LIKE 'SELECT key, name%'"),
            "0");
  run(*database_.connection(), {"ALTER TABLE items ALTER COLUMN name TYPE varchar(77)"});
  const auto changed = connection_->query(look, kIgnore);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().sqlstate, "0A000");
  EXPECT_TRUE(changed.error().retryable);
  EXPECT_EQ(rows_of(*connection_, look).size(), 1U);
}

TEST_P(PostgresSession, GoesOnWhereWhatWasPreparedIsGone) {
  insert_many(1);
  const Statement look{.sql = "SELECT key FROM items", .parameters = {}, .keeps_plan = true};
  EXPECT_EQ(rows_of(*connection_, look).size(), 1U);
  run(*connection_, {"DEALLOCATE ALL"});
  const auto lost = connection_->query(look, kIgnore);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().sqlstate, "26000");
  EXPECT_TRUE(lost.error().retryable);
  EXPECT_EQ(rows_of(*connection_, look).size(), 1U);
}

// One server connection for all clients: a transaction's settings must not outlive it, and no
// session is kept.
TEST_P(PostgresSession, WorksThroughAPoolerInTransactionMode) {
  insert_many(3);
  const Pgbouncer pooler(database_.settings());
  auto settings = database_.settings();
  settings.port = pooler.port();
  const auto one = require(database::connect(settings, never_));
  const auto two = require(database::connect(settings, never_));
  require(one->begin());
  EXPECT_EQ(rows_of(*one, locking("k00000")).size(), 1U);
  EXPECT_EQ(cell_of(*one, "SHOW lock_timeout"), "2s");
  auto deletion = one->dialect().delete_by_keys(items(), column("key"), {"k00000", "k00001"});
  deletion.keeps_plan = true;
  EXPECT_THAT(require(one->execute({&deletion, 1}, AfterBatch::commit)), ElementsAre(2));
  EXPECT_EQ(cell_of(*two, "SHOW lock_timeout"), "0");
  EXPECT_EQ(cell_of(*two, "SHOW idle_in_transaction_session_timeout"), "0");
  EXPECT_EQ(cell_of(*two, "SHOW TimeZone"), "Asia/Kathmandu");
  EXPECT_EQ(require(two->probe(std::vector<std::string>{"items"})).tables.size(), 1U);
  EXPECT_EQ(cell_of(*two, "SELECT count(*) FROM items"), "1");
  EXPECT_EQ(cell_of(*one, "SELECT count(*) FROM pg_prepared_statements"), "0");
}

TEST_P(PostgresSession, CancelsThroughAPooler) {
  const Pgbouncer pooler(database_.settings());
  auto settings = database_.settings();
  settings.port = pooler.port();
  Cancellation cancellation;
  const auto connection = require(database::connect(settings, cancellation));
  std::thread canceller([&] {
    await("wait_event = 'PgSleep'");
    cancellation.request();
  });
  const auto done = connection->query(plain("SELECT pg_sleep(600)"), kIgnore);
  canceller.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::cancelled);
}

INSTANTIATE_TEST_SUITE_P(Drivers, PostgresSession, testing::ValuesIn(only("postgresql")),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PostgresSession);

}  // namespace
}  // namespace winnow::tests

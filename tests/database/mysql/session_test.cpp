// What only MySQL's driver does: its failures in mid-statement, broken connections, what it sets in
// a session.
#include "database/mysql/client/session.h"

#include <csignal>
#include <thread>

#include <gmock/gmock.h>

#include "tests/database/breaking_proxy.h"
#include "tests/database/driver_bed.h"

namespace winnow::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

const database::RowHandler kIgnore = [](const Row& /*row*/) { return true; };

// As the protocol sends it; the session's own SET names READ-COMMITTED.
const std::string kCommit =
    "\x03"
    "COMMIT";

class MysqlSession : public DriverBed {
 protected:
  // Queries until another session in this database is in that state. The suite's timeout bounds it.
  void await(const std::string& condition) {
    const auto sql =
        "SELECT count(*) FROM performance_schema.processlist WHERE db = DATABASE() AND "
        "id <> CONNECTION_ID() AND " +
        condition;
    while (cell_of(*connection_, sql) == "0") std::this_thread::yield();
  }
  std::string others_id() {
    return cell_of(*connection_,
                   "SELECT id FROM performance_schema.processlist WHERE db = DATABASE() AND "
                   "id <> CONNECTION_ID()")
        .value();
  }

  BreakingProxy proxy(const std::string& trigger, BreakingProxy::When when,
                      BreakingProxy::How how) {
    return {database_.settings().host, database_.settings().port, trigger, when, how};
  }
  // In plain text, so that the proxy reads along.
  std::unique_ptr<database::Connection> through(std::uint16_t port,
                                                const Cancellation& cancellation) {
    auto settings = database_.settings();
    settings.port = port;
    settings.connect_timeout_ms = 2'000;
    settings.options = {{"ssl-mode", "DISABLED"}};
    return require(database::connect(settings, cancellation));
  }

  const Cancellation never_;
};

// Behind a balancer the second connection may lead to another server, which gave a stranger the
// same number.
TEST_P(MysqlSession, NothingIsCancelledOnAServerThatIsNotTheStatementsOwn) {
  Cancellation end;
  const auto stranger = database_.connection(end);
  std::thread sleeper([&] { (void)stranger->query(plain("SELECT sleep(600)"), kIgnore); });
  await("state = 'User sleep'");
  const auto number = others_id();
  const auto other = require(database::MysqlSession::open(database_.settings(), never_));
  other->enter_cleanup();
  EXPECT_FALSE(database::kill_mysql_query(
      *other, {.number = std::stoul(number), .local_port = 1, .attribute = "0"}));
  EXPECT_EQ(cell_of(*connection_,
                    "SELECT state FROM performance_schema.processlist WHERE id = " + number),
            "User sleep");
  end.request();
  sleeper.join();
}

// There the server sees the proxy's port.
TEST_P(MysqlSession, CancelsBehindAProxy) {
  const auto proxy = this->proxy("never sent", BreakingProxy::When::before_forwarding,
                                 BreakingProxy::How::hang_up);
  Cancellation cancellation;
  const auto connection = through(proxy.port(), cancellation);
  std::thread canceller([&] {
    await("state = 'User sleep'");
    cancellation.request();
  });
  EXPECT_FALSE(connection->query(plain("SELECT sleep(600)"), kIgnore));
  canceller.join();
  EXPECT_EQ(
      cell_of(*connection_,
              "SELECT count(*) FROM performance_schema.processlist WHERE state = 'User sleep' "
              "AND db = DATABASE()"),
      "0");
}

TEST_P(MysqlSession, IsWhatWinnowNeedsWhateverTheServersDefaultsAre) {
  const auto rows =
      rows_of(*connection_,
              "SELECT @@transaction_isolation, @@time_zone, @@innodb_lock_wait_timeout, "
              "@@character_set_client, @@character_set_results, @@autocommit");
  EXPECT_EQ(rows.front(), (Cells{"READ-COMMITTED", "+00:00", "2", "utf8mb4", "utf8mb4", "1"}));
}

// The settings are those that sessions of any account begin with (init_connect has no say over an
// administrator's).
TEST_P(MysqlSession, HasNoGuardsForPeopleWhoForgetAWhereOrALimit) {
  const std::vector<std::string> guards{"sql_safe_updates = 1", "max_join_size = 1",
                                        "sql_select_limit = 2"};
  insert_many(3);
  for (const auto& guard : guards) run(*connection_, {"SET GLOBAL " + guard});
  const auto other = database_.connection();
  for (const auto& guard : guards) {
    run(*connection_, {"SET GLOBAL " + guard.substr(0, guard.find(' ')) + " = DEFAULT"});
  }
  EXPECT_EQ(cell_of(*other, "SELECT count(*) > 3 FROM items a, items b WHERE a.name <= b.name"),
            "1");
  int rows = 0;
  require(other->query(plain("SELECT name FROM items"), [&rows](const auto&) { return ++rows; }));
  EXPECT_EQ(rows, 3);
  run(*other, {"DELETE FROM items"});
  EXPECT_EQ(cell_of(*connection_, "SELECT count(*) FROM items"), "0");
}

// Such as an operator once gave all accounts, for clients that did not say theirs.
TEST_P(MysqlSession, SendsUtf8WhateverInitConnectSays) {
  auto settings = database_.settings();
  run(*connection_, {"CREATE USER IF NOT EXISTS latin@'%' IDENTIFIED BY 'latin'",
                     "GRANT ALL ON `" + settings.database + "`.* TO latin@'%'",
                     "SET GLOBAL init_connect = 'SET NAMES latin1'"});
  settings.user = settings.password = "latin";
  auto connected = database::connect(settings, never_);
  run(*connection_, {"SET GLOBAL init_connect = DEFAULT"});
  const auto other = require(std::move(connected));
  EXPECT_EQ(cell_of(*other, "SELECT CONCAT(@@character_set_connection, ' é')"), "utf8mb4 é");
  insert({{"key", "k"}, {"name", "é"}});
  EXPECT_EQ(cell_of(*other, database::Statement{.sql = "SELECT count(*) FROM items WHERE name = ?",
                                                .parameters = {"é"}}),
            "1");
  EXPECT_EQ(cell_of(*other, "SELECT @@collation_connection"),
            cell_of(*connection_, "SELECT @@collation_connection"));
}

TEST_P(MysqlSession, OutlivesItsCommitsWhateverTheServerSays) {
  run(*connection_, {"SET GLOBAL completion_type = 'RELEASE'"});
  const auto other = database_.connection();
  run(*connection_, {"SET GLOBAL completion_type = DEFAULT"});
  require(other->begin());
  const std::vector<database::Statement> deletion{plain("DELETE FROM items")};
  require(other->execute(deletion, database::AfterBatch::commit));
  EXPECT_EQ(cell_of(*other, "SELECT 1"), "1");
}

TEST_P(MysqlSession, ATableThatIsLockedWholeIsWaitedForNoLongerThanARow) {
  insert_many(1);
  auto settings = database_.settings();
  settings.lock_timeout_ms = 1'000;
  const auto waiting = require(database::connect(settings, never_));
  run(*connection_, {"LOCK TABLES items WRITE"});
  for (const auto* sql :
       {"SELECT * FROM items", "EXPLAIN SELECT * FROM items", "DELETE FROM items"}) {
    const auto done = waiting->query(plain(sql), kIgnore);
    ASSERT_FALSE(done) << sql;
    EXPECT_EQ(done.error().kind, FailureKind::conflict) << sql;
    EXPECT_TRUE(done.error().retryable) << sql;
  }
  run(*connection_, {"UNLOCK TABLES"});
  EXPECT_EQ(rows_of(*waiting, "SELECT * FROM items").size(), 1U);
}

// An account with rights to the database alone: what would let winnow say more is a statement to be
// run.
TEST_P(MysqlSession, ASmallAccountIsToldOnceWhichRightShowsWhoHoldsALock) {
  insert_many(1);
  auto settings = database_.settings();
  const auto name = settings.database;
  run(*connection_,
      {"CREATE USER `" + name + "`@'%' IDENTIFIED BY '" + settings.password + "'",
       "GRANT SELECT, DELETE ON `" + settings.database + "`.* TO `" + name + "`@'%'"});
  settings.user = name;
  settings.lock_timeout_ms = 600'000;
  const auto waits_for = [&] {
    require(connection_->begin());
    EXPECT_EQ(rows_of(*connection_, locking("k00000")).size(), 1U);
    std::string what;
    settings.on_lock_wait = [&](const database::LockWait& wait) {
      if (what.empty()) require(connection_->rollback());
      what = wait.what;
    };
    const auto waiting = require(database::connect(settings, never_));
    const auto deletion = plain("DELETE FROM items");
    require(waiting->execute({&deletion, 1}, AfterBatch::stay_open));
    return what;
  };
  const auto small = waits_for();
  constexpr std::string_view kGrant = "GRANT SELECT ON performance_schema.* TO '";
  EXPECT_THAT(small, HasSubstr("a lock on a row, as it seems"));
  ASSERT_THAT(small, HasSubstr(std::string(kGrant) + name + "'@'%'"));
  run(*connection_, {small.substr(small.find(kGrant))});
  const auto told = waits_for();
  run(*connection_, {"DROP USER `" + name + "`@'%'"});
  EXPECT_THAT(told, HasSubstr("holds"));
  EXPECT_THAT(told, Not(HasSubstr("GRANT")));
}

TEST_P(MysqlSession, CancellingEndsTheStatementOnTheServerToo) {
  Cancellation cancellation;
  const auto connection = database_.connection(cancellation);
  insert_many(1);
  require(connection->begin());
  EXPECT_EQ(rows_of(*connection, locking("k00000")).size(), 1U);
  std::thread canceller([&] {
    await("state = 'User sleep'");
    cancellation.request();
  });
  const auto done = connection->query(plain("SELECT sleep(600)"), kIgnore);
  canceller.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::cancelled);
  // The transaction is rolled back as well, on a connection that is still open: its lock is free.
  EXPECT_EQ(rows_of(*connection_, locking("k00000")).size(), 1U);
  await("command = 'Sleep'");
}

// sleep() ends without an error when it is interrupted, and the server leaves the text there.
TEST_P(MysqlSession, CancellingEndsATextOfSeveralStatements) {
  auto settings = database_.settings();
  settings.connect_timeout_ms = 3'600'000;
  Cancellation cancellation;
  const auto connection = require(database::connect(settings, cancellation));
  std::thread canceller([&] {
    await("state = 'User sleep'");
    cancellation.request();
  });
  const auto done = connection->query(plain("SELECT sleep(600); SELECT 1; SELECT 2"), kIgnore);
  canceller.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::cancelled);
}

TEST_P(MysqlSession, AnAdministratorsKillIsNotOurCancel) {
  // A sleep() for a row of a table: interrupted it is an error, and not a result as without one.
  insert_many(1);
  const auto other = database_.connection();
  const auto id = others_id();
  std::thread killer([&] {
    await("state = 'User sleep'");
    run(*connection_, {"KILL QUERY " + id});
  });
  const auto done = other->query(plain("SELECT sleep(600) FROM items"), kIgnore);
  killer.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::conflict);
  EXPECT_TRUE(done.error().retryable);
}

TEST_P(MysqlSession, ADeadlockIsAConflictThatMayBeTriedAgain) {
  insert_many(2);
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
  EXPECT_EQ(failure.sqlstate, "40001");
  EXPECT_TRUE(failure.retryable);
}

TEST_P(MysqlSession, AServerThatEndsTheSessionIsUnavailableAndNothingIsInDoubt) {
  const auto other = database_.connection();
  EXPECT_EQ(cell_of(*other, "SELECT 1"), "1");
  run(*connection_, {"KILL " + others_id()});
  while (cell_of(*connection_,
                 "SELECT count(*) FROM performance_schema.processlist WHERE db = DATABASE()") !=
         "1") {
    std::this_thread::yield();
  }
  const auto statement = plain("DELETE FROM items");
  const auto done = other->execute({&statement, 1}, AfterBatch::commit);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::unavailable);
  EXPECT_TRUE(done.error().retryable);
  EXPECT_FALSE(done.error().commit_in_doubt);
}

TEST_P(MysqlSession, ALinkThatBreaksAfterCommitWasSentLeavesItInDoubt) {
  insert_many(3);
  auto broken = proxy(kCommit, BreakingProxy::When::after_forwarding, BreakingProxy::How::hang_up);
  const auto connection = through(broken.port(), never_);
  const auto statement = plain("DELETE FROM items WHERE number = 1");
  const auto done = connection->execute({&statement, 1}, AfterBatch::commit);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::unavailable);
  EXPECT_TRUE(done.error().commit_in_doubt);
  // The server took it: what was in doubt is done.
  while (count_items() != "2") std::this_thread::yield();
}

TEST_P(MysqlSession, ALinkThatBreaksWithoutACommitLeavesNothingInDoubt) {
  insert_many(3);
  auto broken =
      proxy("DELETE", BreakingProxy::When::before_forwarding, BreakingProxy::How::hang_up);
  const auto connection = through(broken.port(), never_);
  const auto statement = plain("DELETE FROM items WHERE number = 1");
  const auto done = connection->execute({&statement, 1}, AfterBatch::commit);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::unavailable);
  EXPECT_FALSE(done.error().commit_in_doubt);
  const auto again = connection->query(plain("SELECT 1"), kIgnore);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, FailureKind::unavailable);
  EXPECT_EQ(count_items(), "3");
}

// Neither the statement nor the request to stop is ever answered.
TEST_P(MysqlSession, CancellingEndsTheWaitForAServerThatWentSilent) {
  auto silent =
      proxy("sleep", BreakingProxy::When::before_forwarding, BreakingProxy::How::fall_silent);
  Cancellation cancellation;
  const auto connection = through(silent.port(), cancellation);
  std::thread canceller([&] { cancellation.request(); });
  const auto done = connection->query(plain("SELECT sleep(600)"), kIgnore);
  canceller.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::cancelled);
}

TEST_P(MysqlSession, ACommitThatIsCancelledWithoutAnAnswerIsInDoubt) {
  auto silent =
      proxy(kCommit, BreakingProxy::When::after_forwarding, BreakingProxy::How::fall_silent);
  Cancellation cancellation;
  const auto connection = through(silent.port(), cancellation);
  insert_many(1);
  const auto statement = plain("DELETE FROM items");
  std::thread canceller([&] {
    while (count_items() != "0") std::this_thread::yield();
    cancellation.request();
  });
  const auto done = connection->execute({&statement, 1}, AfterBatch::commit);
  canceller.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::cancelled);
  EXPECT_TRUE(done.error().commit_in_doubt);
}

TEST_P(MysqlSession, AStatementThatFailsNamesWhatIsMissing) {
  const auto done = connection_->query(plain("SELECT colour FROM items"), kIgnore);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::schema);
  EXPECT_EQ(done.error().sqlstate, "42S22");
  EXPECT_THAT(done.error().message, HasSubstr("colour"));
  EXPECT_THAT(done.error().message, Not(HasSubstr(database_.settings().password)));
}

TEST_P(MysqlSession, ATextThatIsNotUtf8IsRefusedAndTheConnectionStaysOfUse) {
  const Statement statement{.sql = "SELECT ?", .parameters = {std::string("a\xff")}};
  const auto done = connection_->query(statement, kIgnore);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::invalid_parameter);
  EXPECT_EQ(count_items(), "0");
}

TEST_P(MysqlSession, ALongDocumentComesWhole) {
  const std::string text(3'000'000, 'x');
  insert({{"key", "k"}, {"value", "{\"a\": \"" + text + "\"}"}});
  insert({{"key", "l"}, {"value", "{\"a\": \"short\"}"}});
  const auto rows = rows_of(
      *connection_,
      Statement{.sql = "SELECT `key`, value ->> '$.a' FROM items WHERE `key` >= ? ORDER BY `key`",
                .parameters = {std::string("k")}});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0][1], text);
  EXPECT_EQ(rows[1][1], "short");
}

// The connector ignores it for the whole process when it is first used.
TEST_P(MysqlSession, TheProcessKeepsItsOwnAnswerToABrokenPipe) {
  struct sigaction action {};
  ::sigaction(SIGPIPE, nullptr, &action);
  EXPECT_EQ(action.sa_handler, SIG_DFL);
}

INSTANTIATE_TEST_SUITE_P(Drivers, MysqlSession, testing::ValuesIn(only("mysql")),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MysqlSession);

}  // namespace
}  // namespace winnow::tests

// Statements, transactions, locks and cancellation, the same on every database.
#include <fstream>
#include <thread>

#include <gmock/gmock.h>

#include "tests/database/driver_bed.h"

namespace winnow::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class DriverStatements : public DriverBed {
 protected:
  // 200,000 rows of half a kilobyte, in an SQL that every engine knows.
  static Statement many_rows() {
    std::string digits = "SELECT 0 AS x";
    for (int digit = 1; digit < 10; ++digit) digits += " UNION ALL SELECT " + std::to_string(digit);
    return {.sql = "WITH d AS (" + digits + ") SELECT '" + std::string(500, 'x') +
                   "', c1.x, c2.x, c3.x FROM d c1, d c2, d c3, d c4, d c5, "
                   "(SELECT 1 AS y UNION ALL SELECT 2) two",
            .parameters = {}};
  }

  // A statement that takes longer than any test.
  Statement endless() const {
    if (is("postgresql")) return {.sql = "SELECT pg_sleep(600)", .parameters = {}};
    if (is("mysql")) return {.sql = "SELECT sleep(600)", .parameters = {}};
    return {.sql =
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                "SELECT count(*) FROM n",
            .parameters = {}};
  }

  std::unique_ptr<database::Connection> impatient() const {
    auto settings = database_.settings();
    settings.lock_timeout_ms = 100;
    return require(database::connect(settings, never_));
  }

  const Cancellation never_;
};

std::int64_t resident_kib() {
  std::ifstream file("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  file >> size >> resident;
  return resident * 4;
}

const database::RowHandler kIgnore = [](const Row& /*row*/) { return true; };

TEST_P(DriverStatements, RowsAreStreamedInFlatMemory) {
  std::int64_t rows = 0;
  const auto before = resident_kib();
  auto most = before;
  require(connection_->query(many_rows(), [&](const Row& row) {
    if (row.text(0)->size() != 500) return false;
    if (++rows % 10'000 == 0) most = std::max(most, resident_kib());
    return true;
  }));
  EXPECT_EQ(rows, 200'000);
  EXPECT_LT(most - before, 32 * 1024);  // the rows make 100 MB
}

TEST_P(DriverStatements, AQueryMayBeStoppedEarly) {
  int rows = 0;
  require(connection_->query(many_rows(), [&](const Row& /*row*/) { return ++rows < 3; }));
  EXPECT_EQ(rows, 3);
  EXPECT_EQ(cell_of(*connection_, "SELECT 7"), "7");
}

TEST_P(DriverStatements, ExecuteCountsWhatEachStatementChanged) {
  insert_many(5);
  const std::vector<Statement> batch = {
      {.sql = "UPDATE items SET name = 'x' WHERE number < 3", .parameters = {}},
      {.sql = "DELETE FROM items WHERE number >= 3", .parameters = {}},
      {.sql = "DELETE FROM items WHERE number > 100", .parameters = {}}};
  EXPECT_THAT(require(connection_->execute(batch, AfterBatch::commit)), ElementsAre(3, 2, 0));
  EXPECT_EQ(count_items(), "3");
}

TEST_P(DriverStatements, AFailureInABatchUndoesAllOfIt) {
  insert_many(5);
  const std::vector<Statement> batch = {{.sql = "DELETE FROM items", .parameters = {}},
                                        {.sql = "DELETE FROM no_such_table", .parameters = {}},
                                        {.sql = "DELETE FROM items", .parameters = {}}};
  const auto done = connection_->execute(batch, AfterBatch::commit);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::schema);
  EXPECT_FALSE(done.error().retryable);
  EXPECT_FALSE(done.error().commit_in_doubt);
  EXPECT_THAT(done.error().message, HasSubstr("no_such_table"));
  EXPECT_EQ(count_items(), "5");
}

TEST_P(DriverStatements, RollbackUndoesWhatWasNotCommitted) {
  insert_many(5);
  require(connection_->begin());
  const Statement all{.sql = "DELETE FROM items", .parameters = {}};
  EXPECT_THAT(require(connection_->execute({&all, 1}, AfterBatch::stay_open)), ElementsAre(5));
  EXPECT_EQ(count_items(), "0");
  require(connection_->rollback());
  EXPECT_EQ(count_items(), "5");
}

TEST_P(DriverStatements, ATransactionMayBeBegunAndGivenUpWithoutAStatement) {
  require(connection_->begin());
  require(connection_->rollback());
  require(connection_->rollback());
  require(connection_->begin());
  EXPECT_EQ(count_items(), "0");
  EXPECT_TRUE(require(connection_->execute({}, AfterBatch::commit)).empty());
}

TEST_P(DriverStatements, ClosingAConnectionRollsItBack) {
  insert_many(1);
  auto other = database_.connection();
  require(other->begin());
  const Statement all{.sql = "DELETE FROM items", .parameters = {}};
  require(other->execute({&all, 1}, AfterBatch::stay_open));
  other.reset();
  require(connection_->begin());
  const auto renaming_it = renaming("k00000", "free");
  EXPECT_THAT(require(connection_->execute({&renaming_it, 1}, AfterBatch::commit)), ElementsAre(1));
}

TEST_P(DriverStatements, OthersLocksArePassedOver) {
  if (is("sqlite")) GTEST_SKIP() << "SQLite locks no rows";
  insert_many(2);
  const auto other = database_.connection();
  require(other->begin());
  EXPECT_EQ(rows_of(*other, locking("k00000")).size(), 1U);
  require(connection_->begin());
  EXPECT_EQ(rows_of(*connection_, locking("k00000")).size(), 0U);
  EXPECT_EQ(rows_of(*connection_, locking("k00001")).size(), 1U);
}

TEST_P(DriverStatements, ALockThatIsNotGivenUpInTimeIsAConflictThatMayBeTriedAgain) {
  insert_many(1);
  const auto renaming_it = renaming("k00000", "other");
  require(connection_->begin());
  require(connection_->execute({&renaming_it, 1}, AfterBatch::stay_open));
  const auto waiting = impatient();
  const auto done = waiting->execute({&renaming_it, 1}, AfterBatch::commit);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::conflict);
  EXPECT_TRUE(done.error().retryable);
  require(connection_->rollback());
  EXPECT_THAT(require(waiting->execute({&renaming_it, 1}, AfterBatch::commit)), ElementsAre(1));
}

// The wait ends when rows were sent already.
TEST_P(DriverStatements, AQueryThatWaitsForALockInVainIsAConflict) {
  if (is("sqlite")) GTEST_SKIP() << "SQLite locks no rows";
  insert_many(300);
  const auto renaming_it = renaming("k00299", "other");
  require(connection_->begin());
  require(connection_->execute({&renaming_it, 1}, AfterBatch::stay_open));
  const auto waiting = impatient();
  require(waiting->begin());
  database::SqlWriter lock(waiting->dialect());
  lock.text("SELECT value FROM ").table(items()).text(" WHERE ").identifier("key");
  lock.text(" > ").bind(std::string("k0")).text(" ORDER BY ").identifier("key");
  lock.text(" ").text(waiting->dialect().lock_waiting());
  const auto done = waiting->query(lock.take(), kIgnore);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::conflict) << done.error().message;
  EXPECT_TRUE(done.error().retryable);
}

// Another session locks what `waiting` needs, and releases it once the wait is reported.
TEST_P(DriverStatements, AWaitForALockedTableIsReportedWhileItLasts) {
  insert_many(1);
  const auto other = database_.connection();
  if (is("postgresql")) {
    require(other->begin());
    rows_of(*other, "SELECT 1");  // begins
    const auto lock = plain("LOCK TABLE items IN ACCESS EXCLUSIVE MODE");
    require(other->execute({&lock, 1}, AfterBatch::stay_open));
  } else {
    require(other->query(plain(is("mysql") ? "LOCK TABLES items WRITE" : "BEGIN EXCLUSIVE"),
                         [](const Row&) { return true; }));
  }
  auto settings = database_.settings();
  settings.lock_timeout_ms = 600'000;
  std::vector<database::LockWait> reports;
  settings.on_lock_wait = [&](const database::LockWait& wait) {
    reports.push_back(wait);
    if (is("mysql")) {
      require(other->query(plain("UNLOCK TABLES"), [](const Row&) { return true; }));
    } else {
      require(other->rollback());
    }
  };
  const Cancellation never;
  const auto waiting = require(database::connect(settings, never));
  EXPECT_EQ(rows_of(*waiting, "SELECT * FROM items").size(), 1U);
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_GE(reports.front().waited, database::kFirstLockReport);
  EXPECT_THAT(reports.front().what,
              testing::HasSubstr(is("sqlite") ? "the lock on the database file"
                                              : "a lock on table \"items\""));
  if (is("sqlite")) return;
  EXPECT_THAT(reports.front().what, testing::HasSubstr("which session"));
}

TEST_P(DriverStatements, AWaitForARowIsReportedWhileItLasts) {
  if (is("sqlite")) GTEST_SKIP() << "SQLite locks no rows";
  insert_many(1);
  const auto other = database_.connection();
  require(other->begin());
  EXPECT_EQ(rows_of(*other, locking("k00000")).size(), 1U);
  auto settings = database_.settings();
  settings.lock_timeout_ms = 600'000;
  std::vector<std::string> reports;
  settings.on_lock_wait = [&](const database::LockWait& wait) {
    reports.push_back(wait.what);
    require(other->rollback());
  };
  const Cancellation never;
  const auto waiting = require(database::connect(settings, never));
  const auto statement = renaming("k00000", "x");
  require(waiting->execute({&statement, 1}, AfterBatch::commit));
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_THAT(reports.front(), testing::AllOf(testing::HasSubstr("a lock on a row"),
                                              testing::HasSubstr("which session")));
}

TEST_P(DriverStatements, AStatementThatTakesLongAndWaitsForNobodyIsNoNews) {
  if (is("sqlite")) GTEST_SKIP() << "SQLite can't sleep";
  auto settings = database_.settings();
  bool reported = false;
  settings.on_lock_wait = [&](const database::LockWait&) { reported = true; };
  const Cancellation never;
  const auto working = require(database::connect(settings, never));
  rows_of(*working, is("mysql") ? "SELECT sleep(1.5)" : "SELECT pg_sleep(1.5)");
  EXPECT_FALSE(reported);
}

// C9: rows that the handler leaves unread, and their memory, are released with the connection.
TEST_P(DriverStatements, AHandlerThatThrowsLeavesNothingBehind) {
  insert_many(3);
  const auto other = database_.connection();
  require(other->begin());
  EXPECT_THROW((void)other->query(plain("SELECT * FROM items"),
                                  [](const Row&) -> bool { throw std::bad_alloc(); }),
               std::bad_alloc);
  // It still works, or says that it is unusable: it never returns another statement's rows.
  const auto again = other->query(plain("SELECT 'mine'"), [](const Row& row) {
    EXPECT_EQ(row.text(0), "mine");
    return true;
  });
  EXPECT_EQ(again ? FailureKind::unavailable : again.error().kind, FailureKind::unavailable);
  EXPECT_EQ(count_items(), "3");
}

TEST_P(DriverStatements, ADeletionByKeysTakesThoseKeysAlone) {
  insert_many(5);
  insert({{"key", "gone"}, {"deleted", true}});
  const auto deletion = connection_->dialect().delete_by_keys(
      items(), column("key"), {"k00001", "gone", "k00003", "no such key"});
  // MySQL gets each key written out, with an exact comparison.
  EXPECT_EQ(deletion.parameters.size(), is("mysql") ? 8U : 1U);
  EXPECT_THAT(require(connection_->execute({&deletion, 1}, AfterBatch::commit)), ElementsAre(3));
  EXPECT_EQ(count_items(), "3");
}

TEST_P(DriverStatements, ADeletionByKeysLeavesTheMarkedRowsWhereItIsToldTo) {
  using database::DeletedRows;
  insert({{"key", "a"}, {"name", "n"}});
  insert({{"key", "b"}, {"name", "n"}, {"deleted", true}});
  for (const auto& [deleted_rows, left] :
       {std::pair{DeletedRows::excluded, "1"}, {DeletedRows::included, "0"}}) {
    const auto deletion = connection_->dialect().delete_by_keys(items(), column("name"),
                                                                {"n", "other"}, deleted_rows);
    EXPECT_THAT(require(connection_->execute({&deletion, 1}, AfterBatch::commit)), ElementsAre(1));
    EXPECT_EQ(count_items(), left);
  }
}

TEST_P(DriverStatements, CancellingInterruptsAStatementInFlight) {
  Cancellation cancellation;
  const auto connection = database_.connection(cancellation);
  std::thread canceller([&] { cancellation.request(); });
  const auto done = connection->query(endless(), kIgnore);
  canceller.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::cancelled);
}

TEST_P(DriverStatements, CancellingFromARowEndsTheQuery) {
  Cancellation cancellation;
  const auto connection = database_.connection(cancellation);
  int rows = 0;
  const auto done = connection->query(many_rows(), [&](const Row& /*row*/) {
    ++rows;
    cancellation.request();
    return true;
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::cancelled);
  EXPECT_EQ(rows, 1);
}

TEST_P(DriverStatements, CancellingInterruptsAWaitForALock) {
  insert_many(1);
  const auto renaming_it = renaming("k00000", "other");
  require(connection_->begin());
  require(connection_->execute({&renaming_it, 1}, AfterBatch::stay_open));
  Cancellation cancellation;
  auto settings = database_.settings();
  settings.lock_timeout_ms = 600'000;
  const auto waiting = require(database::connect(settings, cancellation));
  std::thread canceller([&] { cancellation.request(); });
  const auto done = waiting->execute({&renaming_it, 1}, AfterBatch::commit);
  canceller.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::cancelled);
}

TEST_P(DriverStatements, ACancelledConnectionRunsNothingButItsRollback) {
  insert_many(1);
  Cancellation cancellation;
  const auto connection = database_.connection(cancellation);
  require(connection->begin());
  const Statement all{.sql = "DELETE FROM items", .parameters = {}};
  require(connection->execute({&all, 1}, AfterBatch::stay_open));
  cancellation.request();
  EXPECT_EQ(connection->query(all, kIgnore).error().kind, FailureKind::cancelled);
  EXPECT_EQ(connection->execute({&all, 1}, AfterBatch::commit).error().kind,
            FailureKind::cancelled);
  EXPECT_EQ(connection->begin().error().kind, FailureKind::cancelled);
  EXPECT_EQ(connection->probe(std::vector<std::string>{"items"}).error().kind,
            FailureKind::cancelled);
  require(connection->rollback());
  EXPECT_EQ(count_items(), "1");
}

TEST_P(DriverStatements, ConnectingIsRefusedOnceCancelled) {
  Cancellation cancellation;
  cancellation.request();
  const auto connection = database::connect(database_.settings(), cancellation);
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().kind, FailureKind::cancelled);
}

TEST_P(DriverStatements, ThePlanNamesTheIndexThatServes) {
  insert_many(1'000);
  if (is("postgresql")) run(*connection_, {"ANALYZE items"});
  for (const auto deleted_rows :
       {database::DeletedRows::included, database::DeletedRows::excluded}) {
    const auto plan = require(connection_->explain(connection_->dialect().delete_by_keys(
        items(), column("name"), {"n00001", "n00002"}, deleted_rows)));
    EXPECT_THAT(plan.indexes, ElementsAre("items_name")) << plan.text;
    EXPECT_THAT(plan.scans, ElementsAre()) << plan.text;
  }
  EXPECT_EQ(count_items(), "1000");
}

// items_state begins with `deleted` and knows no key: on SQLite it once served, and all of it was
// read.
TEST_P(DriverStatements, ADeletionByThePrimaryKeyIsServedByIt) {
  run(*connection_, {"CREATE INDEX items_state ON items (deleted, state)"});
  insert_many(1'000);
  if (is("postgresql")) run(*connection_, {"ANALYZE items"});
  const auto plan = require(connection_->explain(
      connection_->dialect().delete_by_keys(items(), column("key"), {"k00001", "k00002"})));
  EXPECT_THAT(plan.indexes,
              ElementsAre(testing::AnyOf("items_pkey", "PRIMARY", HasSubstr("autoindex"))))
      << plan.text;
  EXPECT_THAT(plan.scans, ElementsAre()) << plan.text;
}

TEST_P(DriverStatements, ThePlanNamesTheTableThatIsScanned) {
  insert_many(1'000);
  const auto plan = require(connection_->explain(
      {.sql = "SELECT count(*) FROM items i WHERE i.ratio > 5", .parameters = {}}));
  EXPECT_EQ(plan.scans.size(), 1U) << plan.text;
  EXPECT_THAT(plan.indexes, ElementsAre()) << plan.text;
  EXPECT_THAT(plan.text, Not(HasSubstr("\n\n")));
}

// By statistics: not exact, and before the count that the statement makes of them.
TEST_P(DriverStatements, ThePlanSaysHowManyRowsTheServerExpects) {
  insert_many(1'000);
  if (is("postgresql")) run(*connection_, {"ANALYZE items"});
  const auto plan = require(connection_->explain(
      {.sql = "SELECT count(*) FROM items i WHERE i.name >= 'n00700'", .parameters = {}}));
  if (is("sqlite")) {
    EXPECT_EQ(plan.rows, std::nullopt);
  } else {
    EXPECT_THAT(plan.rows, testing::Optional(testing::AllOf(testing::Gt(200), testing::Lt(400))))
        << plan.text;
  }
}

INSTANTIATE_TEST_SUITE_P(Drivers, DriverStatements, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

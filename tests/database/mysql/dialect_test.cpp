// MySQL's SQL where its exact form matters: an index on (deleted, execution_id) is used only if
// both are compared by equality, collations must agree, and an ENUM is ordered by the positions of
// its labels.
#include <set>

#include <gmock/gmock.h>

#include "tests/database/driver_bed.h"

namespace winnow::tests {
namespace {

using database::ColumnType;
using database::DeletedRows;
using testing::ElementsAre;
using testing::HasSubstr;

TextList keys_up_to(int count) {
  TextList keys;
  for (int number = 0; number < count; ++number) keys.push_back("e" + std::to_string(number));
  return keys;
}

class MysqlDialect : public DriverBed {
 protected:
  // 20,000 logs of 10,000 executions, as Kestra had them to 1.2; and a table of the database's own
  // collation, as some of Kestra's are.
  MysqlDialect() {
    run(*connection_,
        {"CREATE TABLE logs (`key` varchar(30) NOT NULL PRIMARY KEY, deleted tinyint(1) NOT NULL, "
         "execution_id varchar(150), level enum('ERROR', 'INFO'), "
         "INDEX ix_execution_id (deleted, execution_id)) COLLATE utf8mb4_unicode_ci",
         "CREATE TABLE other (`key` varchar(250) NOT NULL PRIMARY KEY) COLLATE utf8mb4_0900_ai_ci",
         "SET SESSION cte_max_recursion_depth = 20000",
         "INSERT INTO logs WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i "
         "< 19999) SELECT concat('l', i), i % 7 = 0, concat('e', i DIV 2), 'INFO' FROM n",
         "INSERT INTO other SELECT execution_id FROM logs WHERE deleted = 1",
         "ANALYZE TABLE logs"});
    more_ = require(connection_->probe(std::vector<std::string>{"logs", "other"}));
  }
  const database::Table& table(const std::string& name) const { return *more_.table(name); }

  Statement counting(const std::string& name, const std::string& column, TextList keys,
                     DeletedRows deleted_rows = DeletedRows::included) {
    SqlWriter writer(connection_->dialect());
    writer.text("SELECT count(*) FROM ").table(table(name)).text(" AS t WHERE ");
    connection_->dialect().any_key(writer, "t", table(name), *table(name).column(column),
                                   std::move(keys), deleted_rows);
    return writer.take();
  }

  Statement deletion(int keys, DeletedRows deleted_rows) {
    return connection_->dialect().delete_by_keys(
        table("logs"), *table("logs").column("execution_id"), keys_up_to(keys), deleted_rows);
  }

  // What the server really reads: its counters of rows read, before and after.
  std::int64_t reads(const std::set<std::string>& counters = {
                         "Handler_read_next", "Handler_read_key", "Handler_read_rnd_next"}) {
    std::int64_t sum = 0;
    for (const auto& row : rows_of(*connection_, "SHOW SESSION STATUS LIKE 'Handler_read%'")) {
      if (counters.contains(row[0].value())) sum += std::stoll(row[1].value());
    }
    return sum;
  }

  // What deleting by 1,000 keys reads; the keys should have this many rows.
  std::int64_t reads_to_delete(std::int64_t rows, DeletedRows deleted_rows) {
    const auto deleting = deletion(1'000, deleted_rows);
    const auto before = reads();
    EXPECT_THAT(require(connection_->execute({&deleting, 1}, AfterBatch::commit)),
                ElementsAre(rows));
    return reads() - before;
  }

  database::Schema more_;
};

TEST_P(MysqlDialect, ADeletionKeepsToTheIndexAtAnyNumberOfKeys) {
  for (const auto deleted_rows : {DeletedRows::included, DeletedRows::excluded}) {
    // Up to 8,192 they are written out.
    for (const int count : {1, 100, 1'000, 8'192, 8'193}) {
      const auto plan = require(connection_->explain(deletion(count, deleted_rows)));
      EXPECT_THAT(plan.indexes, ElementsAre("ix_execution_id")) << count << "\n" << plan.text;
      EXPECT_THAT(plan.scans, ElementsAre()) << count << "\n" << plan.text;
    }
  }
}

// A deletion by the primary key does not name `deleted`, with which the other index begins.
TEST_P(MysqlDialect, ADeletionByThePrimaryKeyIsServedByIt) {
  run(*connection_, {"ALTER TABLE logs ADD INDEX of_an_operator (deleted, `key`)"});
  more_ = require(connection_->probe(std::vector<std::string>{"logs"}));
  const auto plan = require(connection_->explain(connection_->dialect().delete_by_keys(
      table("logs"), *table("logs").column("key"), keys_up_to(1'000), DeletedRows::included)));
  EXPECT_THAT(plan.indexes, ElementsAre("PRIMARY")) << plan.text;
  EXPECT_THAT(plan.scans, ElementsAre()) << plan.text;
}

// So a batch's deletions stay prepared in the session, however many rows it has.
TEST_P(MysqlDialect, DeletionsOfAboutAsManyKeysAreOneText) {
  const auto text = [&](int keys) { return deletion(keys, DeletedRows::excluded).sql; };
  EXPECT_EQ(text(600), text(1'000));
  EXPECT_NE(text(500), text(1'000));
}

TEST_P(MysqlDialect, ADeletionReadsNoMoreRowsThanItDeletes) {
  // A look per key and value of `deleted`, the rows, and both lists; a scan would be 20,000 for
  // each key.
  EXPECT_LT(reads_to_delete(2'000, DeletedRows::included), 12'000);
}

TEST_P(MysqlDialect, ADeletionOfRowsThatAreNotMarkedLooksOnceForEachKey) {
  EXPECT_LT(reads_to_delete(1'714, DeletedRows::excluded), 6'000);
}

// Of a join it would keep the rows' addresses, and look each of them up again.
TEST_P(MysqlDialect, ADeletionTakesEachRowWhereItMeetsIt) {
  const std::set<std::string> by_address{"Handler_read_rnd"};
  const auto before = reads(by_address);
  for (const auto deleted_rows : {DeletedRows::excluded, DeletedRows::included}) {
    const auto deleting = deletion(1'000, deleted_rows);
    require(connection_->execute({&deleting, 1}, AfterBatch::commit));
  }
  EXPECT_EQ(reads(by_address), before);
}

TEST_P(MysqlDialect, ACountByKeysKeepsToTheIndexToo) {
  for (const auto deleted_rows : {DeletedRows::included, DeletedRows::excluded}) {
    const auto statement = counting("logs", "execution_id", keys_up_to(1'000), deleted_rows);
    EXPECT_EQ(cell_of(*connection_, statement),
              deleted_rows == DeletedRows::excluded ? "1714" : "2000");
    const auto plan = require(connection_->explain(statement));
    EXPECT_THAT(plan.indexes, ElementsAre("ix_execution_id")) << plan.text;
    EXPECT_THAT(plan.scans, ElementsAre()) << plan.text;
  }
}

TEST_P(MysqlDialect, AListIsComparedByTheColumnsOwnCollation) {
  EXPECT_EQ(table("logs").column("execution_id")->collation, "utf8mb4_unicode_ci");
  EXPECT_EQ(table("other").column("key")->collation, "utf8mb4_0900_ai_ci");
  EXPECT_NE(cell_of(*connection_, counting("other", "key", keys_up_to(1'000))), "0");
}

// Executions that only a stricter collation distinguishes keep their rows, and are not counted with
// others.
TEST_P(MysqlDialect, ADeletionTakesItsKeysLetterByLetter) {
  run(*connection_, {"INSERT INTO logs VALUES ('x', 0, 'E1', 'INFO'), ('y', 1, 'é1', 'INFO')"});
  EXPECT_EQ(cell_of(*connection_, counting("logs", "execution_id", keys_up_to(2))), "4");
  const auto deleting = deletion(2, DeletedRows::included);
  EXPECT_THAT(require(connection_->execute({&deleting, 1}, AfterBatch::commit)), ElementsAre(4));
  EXPECT_EQ(cell_of(*connection_, "SELECT count(*) FROM logs WHERE `key` IN ('x', 'y')"), "2");
}

// An older database, or somebody's own: the letters are compared as they travel.
TEST_P(MysqlDialect, LettersAreTheSameInEveryCharacterSet) {
  for (const std::string charset : {"latin1", "utf16", "utf8mb3"}) {
    run(*connection_, {"DROP TABLE IF EXISTS old",
                       "CREATE TABLE old (`key` varchar(30) PRIMARY KEY) CHARACTER SET " + charset,
                       "INSERT INTO old VALUES ('élève')"});
    const auto schema = require(connection_->probe(std::vector<std::string>{"old"}));
    const auto& old = *schema.table("old");
    const auto deletion = [&](TextList keys) {
      return connection_->dialect().delete_by_keys(old, old.columns.front(), std::move(keys));
    };
    SqlWriter writer(connection_->dialect());
    writer.text("SELECT " + connection_->dialect().letters("`key`") + " FROM old WHERE ");
    connection_->dialect().any_key(writer, "old", old, old.columns.front(), {"élève"});
    EXPECT_EQ(cell_of(*connection_, writer.take()), "élève") << charset;
    const std::vector<Statement> deletions{deletion({"eleve"}), deletion({"élève"})};
    EXPECT_THAT(require(connection_->execute(deletions, AfterBatch::commit)), ElementsAre(0, 1))
        << charset;
  }
}

TEST_P(MysqlDialect, AListIsComparedByteForByteInsideADocument) {
  insert({{"key", "k"}, {"value", R"({"id": "Abc"})"}});
  const auto found = [&](TextList values) {
    SqlWriter writer(connection_->dialect());
    database::Column text;
    text.type = ColumnType::text;
    writer.text("SELECT count(*) FROM items t WHERE ");
    const auto expression =
        connection_->dialect().document_text("t.value", std::vector<std::string>{"id"});
    connection_->dialect().any_of(writer, expression, text, std::move(values));
    return cell_of(*connection_, writer.take());
  };
  auto many = keys_up_to(100);
  EXPECT_EQ(found(many), "0");
  many.emplace_back("Abc");
  EXPECT_EQ(found(many), "1");
}

TEST_P(MysqlDialect, JsonsNullIsNoText) {
  insert({{"key", "k"}, {"value", R"({"id": null})"}});
  const auto expression =
      connection_->dialect().document_text("value", std::vector<std::string>{"id"});
  EXPECT_EQ(cell_of(*connection_, "SELECT " + expression + " FROM items"), std::nullopt);
}

// CREATED, RUNNING, SUCCESS have this order by name too; so this uses positions, which a cursor
// contains, with labels in another order.
TEST_P(MysqlDialect, ACursorFollowsTheOrderOfAnEnumsLabels) {
  run(*connection_,
      {"CREATE TABLE moods (`key` varchar(9) PRIMARY KEY, mood enum('SAD', 'FINE', 'A BIT'))",
       "INSERT INTO moods VALUES ('a', 'SAD'), ('b', 'FINE'), ('c', 'A BIT')"});
  const auto schema = require(connection_->probe(std::vector<std::string>{"moods"}));
  const auto& mood = *schema.table("moods")->column("mood");
  EXPECT_THAT(mood.labels, ElementsAre("SAD", "FINE", "A BIT"));
  const auto& dialect = connection_->dialect();
  const auto cursor = cell_of(
      *connection_, "SELECT " + dialect.as_cursor("", mood) + " FROM moods WHERE mood = 'FINE'");
  SqlWriter after(dialect);
  after.text("SELECT `key` FROM moods WHERE mood > ").bind_as(mood, cursor.value());
  EXPECT_EQ(cell_of(*connection_, after.take()), "c");
  SqlWriter equal(dialect);
  equal.text("SELECT `key` FROM moods WHERE mood = ").bind_as(mood, "FINE");
  EXPECT_EQ(cell_of(*connection_, equal.take()), "b");
}

INSTANTIATE_TEST_SUITE_P(Drivers, MysqlDialect, testing::ValuesIn(only("mysql")),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MysqlDialect);

class MysqlProbe : public DriverBed {};

TEST_P(MysqlProbe, KnowsWhichIndexesServeNothingInOrder) {
  run(*connection_,
      {"CREATE TABLE t (a varchar(100), b varchar(100), c int, value json, FULLTEXT INDEX words "
       "(a, b), "
       "INDEX beginning (a(10)), INDEX falling (c DESC, b), INDEX hidden (b) INVISIBLE, "
       "INDEX computed ((lower(a)), c))"});
  const auto schema = require(connection_->probe(std::vector<std::string>{"t"}));
  const auto& table = *schema.table("t");
  std::map<std::string, std::vector<std::string>> columns;
  for (const auto& index : table.indexes) columns[index.name] = index.columns;
  EXPECT_EQ(columns.count("hidden"), 0U);
  EXPECT_THAT(columns["falling"], ElementsAre("c", "b"));
  EXPECT_THAT(columns["computed"], ElementsAre("", "c"));
  EXPECT_THAT(columns["beginning"], ElementsAre(""));
  EXPECT_EQ(table.index_on({"a"}), nullptr);
  EXPECT_NE(table.index_on({"c"}), nullptr);
}

TEST_P(MysqlProbe, KnowsARightThatComesByARole) {
  const auto name = database_.settings().database;
  const auto password = database_.settings().password;
  run(*connection_,
      {"CREATE ROLE " + name + "_role", "GRANT SELECT, DELETE ON items TO " + name + "_role",
       "CREATE USER " + name + " IDENTIFIED BY '" + password + "' DEFAULT ROLE " + name + "_role"});
  auto settings = database_.settings();
  settings.user = name;
  const Cancellation never;
  const auto schema = require(
      require(database::connect(settings, never))->probe(std::vector<std::string>{"items"}));
  run(*connection_, {"DROP USER " + name, "DROP ROLE " + name + "_role"});
  ASSERT_NE(schema.table("items"), nullptr);
  EXPECT_TRUE(schema.table("items")->can_select);
  EXPECT_TRUE(schema.table("items")->can_delete);
}

INSTANTIATE_TEST_SUITE_P(Drivers, MysqlProbe, testing::ValuesIn(only("mysql")),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MysqlProbe);

}  // namespace
}  // namespace winnow::tests

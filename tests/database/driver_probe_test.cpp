// What the probe says of a table, the same on every database.
#include <gmock/gmock.h>

#include "tests/database/driver_bed.h"

namespace winnow::tests {
namespace {

using database::ColumnType;
using database::Index;
using testing::ElementsAre;
using testing::HasSubstr;

class DriverProbe : public DriverBed {
 protected:
  const Index* index(const std::string& name) const {
    for (const auto& index : items().indexes) {
      if (index.name == name) return &index;
    }
    return nullptr;
  }
};

TEST_P(DriverProbe, KnowsWhatEachColumnHolds) {
  EXPECT_EQ(column("key").type, ColumnType::text);
  EXPECT_EQ(column("name").type, ColumnType::text);
  EXPECT_EQ(column("number").type, ColumnType::integer);
  EXPECT_EQ(column("ratio").type, ColumnType::number);
  EXPECT_EQ(column("flag").type, ColumnType::boolean);
  EXPECT_EQ(column("moment").type, ColumnType::instant);
  EXPECT_EQ(column("value").type, ColumnType::document);
  EXPECT_FALSE(column("key").nullable);
  EXPECT_TRUE(column("name").nullable);
  EXPECT_EQ(items().columns.front().name, "key");
  EXPECT_EQ(items().columns.size(), 9U);
}

// A listing reads less than a deletion needs. That part is never mistaken for the whole, which the
// next probe of the same connection returns.
TEST_P(DriverProbe, WhatAListingIsToldAllowsNoDeletion) {
  if (is("sqlite")) GTEST_SKIP() << "tells all at once";
  const std::vector<std::string> names = {"items"};
  for (int time = 0; time < 2; ++time) {
    const auto told = require(connection_->recall(names));
    EXPECT_FALSE(told.allows_deletions());
    const auto& table = *require(told.require("items"));
    EXPECT_FALSE(table.can_delete);
    EXPECT_TRUE(table.may_keep_rows);
    EXPECT_TRUE(same_to_a_listing(table, items()));
    const auto all = require(connection_->probe(names));
    EXPECT_TRUE(all.allows_deletions());
    EXPECT_TRUE(all.table("items")->can_delete);
    EXPECT_FALSE(all.table("items")->may_keep_rows);
  }
}

// Where `=` treats different texts as equal. MySQL's dialect also compares them exactly.
TEST_P(DriverProbe, KnowsWhichColumnsTakeTextsForTheSame) {
  if (is("mysql")) GTEST_SKIP() << "all of its collations do";
  if (is("postgresql")) {
    run(*connection_,
        {"CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = "
         "false)",
         "CREATE COLLATION strict (provider = icu, locale = 'de')",
         "CREATE TABLE spelt (plain varchar(9), other text COLLATE strict, lax text COLLATE loose, "
         "short char(9))"});
  } else {
    run(*connection_, {"CREATE TABLE spelt (plain VARCHAR(9), other TEXT COLLATE BINARY, "
                       "lax TEXT COLLATE NOCASE, short CHAR(9) COLLATE RTRIM)"});
  }
  const auto schema = require(connection_->probe(std::vector<std::string>{"spelt"}));
  const auto& spelt = *schema.table("spelt");
  EXPECT_EQ(spelt.column("plain")->lax, "");
  EXPECT_EQ(spelt.column("other")->lax, "");
  EXPECT_THAT(spelt.column("lax")->lax, HasSubstr(is("sqlite") ? "NOCASE" : "\"loose\""));
  EXPECT_NE(spelt.column("short")->lax, "");
  for (const auto& column : spelt.columns) EXPECT_EQ(column.type, ColumnType::text) << column.name;
}

TEST_P(DriverProbe, KnowsTheLabelsOfAnEnumeration) {
  if (is("sqlite")) GTEST_SKIP() << "SQLite has no enumerations";
  EXPECT_EQ(column("state").type, ColumnType::enumeration);
  EXPECT_THAT(column("state").labels, ElementsAre("CREATED", "RUNNING", "SUCCESS"));
}

TEST_P(DriverProbe, KnowsKeysAndIndexes) {
  EXPECT_THAT(items().primary_key, ElementsAre("key"));
  ASSERT_NE(index("items_name"), nullptr);
  EXPECT_THAT(index("items_name")->columns, ElementsAre("deleted", "name"));
  EXPECT_FALSE(index("items_name")->unique);
  EXPECT_FALSE(index("items_name")->partial);
  EXPECT_TRUE(index("items_name")->ordered);
  EXPECT_EQ(items().index_on({"deleted", "name"}), index("items_name"));
  ASSERT_NE(items().index_on({"key"}), nullptr);
  EXPECT_TRUE(items().index_on({"key"})->unique);
}

TEST_P(DriverProbe, APartialIndexServesNothing) {
  if (is("mysql")) GTEST_SKIP() << "MySQL has no partial indexes";
  ASSERT_NE(index("items_flagged"), nullptr);
  EXPECT_TRUE(index("items_flagged")->partial);
  EXPECT_TRUE(index("items_flagged")->unique);
  EXPECT_EQ(items().index_on({"number"}), nullptr);
}

TEST_P(DriverProbe, LeavesOutATableThatIsMissing) {
  const auto found = require(connection_->probe(std::vector<std::string>{"items", "executions"}));
  EXPECT_EQ(found.tables.size(), 1U);
  EXPECT_EQ(found.table("executions"), nullptr);
  const auto required = found.require("executions");
  ASSERT_FALSE(required);
  EXPECT_EQ(required.error().kind, FailureKind::schema);
  EXPECT_THAT(required.error().message, HasSubstr("executions"));
}

TEST_P(DriverProbe, RefusesAViewInPlaceOfATable) {
  run(*connection_, {"CREATE VIEW executions AS SELECT * FROM items",
                     "CREATE TABLE gone (n integer)", "CREATE VIEW logs AS SELECT * FROM gone",
                     "DROP TABLE gone" + std::string(is("postgresql") ? " CASCADE" : "")});
  const auto found =
      require(connection_->probe(std::vector<std::string>{"items", "executions", "logs"}));
  EXPECT_TRUE(found.require("items"));
  EXPECT_FALSE(found.table("items")->problem());
  const auto required = found.require("executions");
  ASSERT_FALSE(required);
  EXPECT_EQ(required.error().kind, FailureKind::schema);
  EXPECT_THAT(required.error().message,
              testing::AllOf(HasSubstr("`executions`"), HasSubstr("is a view"),
                             HasSubstr("Kestra keeps its tables")));
  EXPECT_TRUE(found.table("items")->can_delete);
}

TEST_P(DriverProbe, FindsNothingWhereNothingIsAskedFor) {
  EXPECT_TRUE(require(connection_->probe({})).tables.empty());
}

TEST_P(DriverProbe, SaysWhatTheServerIsAndWhatMayBeDone) {
  const std::string engine = is("postgresql") ? "PostgreSQL " : is("mysql") ? "MySQL " : "SQLite ";
  EXPECT_THAT(schema_.server, testing::StartsWith(engine));
  EXPECT_TRUE(items().can_select);
  EXPECT_TRUE(items().can_delete);
}

INSTANTIATE_TEST_SUITE_P(Drivers, DriverProbe, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

// What only PostgreSQL's catalog has: schemas, roles, partitions, views, other kinds of index.
#include <gmock/gmock.h>

#include "tests/database/driver_bed.h"

namespace winnow::tests {
namespace {

using database::ColumnType;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<std::string> kItems = {"items"};

class PostgresProbe : public DriverBed {
 protected:
  database::Settings with(const std::string& user, const std::string& schema) const {
    auto settings = database_.settings();
    if (!user.empty()) settings.user = user;
    settings.search_path = schema;
    return settings;
  }
  const Cancellation never_;
};

TEST_P(PostgresProbe, TakesTheSchemaThatTheUrlNames) {
  run(*connection_, {"CREATE SCHEMA \"Other App\"", "CREATE TABLE \"Other App\".items (key text)"});
  auto connection = require(database::connect(with("", "\"Other App\""), never_));
  const auto schema = require(connection->probe(kItems));
  EXPECT_EQ(schema.table("items")->schema, "Other App");
  EXPECT_EQ(schema.table("items")->columns.size(), 1U);
  connection = require(database::connect(with("", "missing, public"), never_));
  EXPECT_EQ(require(connection->probe(kItems)).table("items")->schema, "public");
  connection = require(database::connect(with("", "missing"), never_));
  EXPECT_TRUE(require(connection->probe(kItems)).tables.empty());
}

TEST_P(PostgresProbe, AnUnqualifiedNameInATransactionLeadsToTheUrlsSchema) {
  run(*connection_, {"CREATE SCHEMA app"});
  const auto connection = require(database::connect(with("", "app"), never_));
  run(*connection, {"CREATE TABLE items (key text)"});
  EXPECT_EQ(cell_of(*connection_, "SELECT count(*) FROM app.items"), "0");
}

TEST_P(PostgresProbe, AnEnumerationOutsideTheSearchPathIsStillCompared) {
  run(*connection_,
      {"CREATE SCHEMA app", "CREATE TYPE app.mood AS ENUM ('SAD', 'OK')",
       "CREATE TABLE app.moods (mood app.mood)", "INSERT INTO app.moods VALUES ('OK')"});
  const auto connection = require(database::connect(with("", "app"), never_));
  const auto schema = require(connection->probe(std::vector<std::string>{"moods"}));
  const auto& mood = *schema.table("moods")->column("mood");
  EXPECT_EQ(mood.type_name, "app.mood");
  SqlWriter writer(connection->dialect());
  writer.text("SELECT count(*) FROM ").table(*schema.table("moods")).text(" WHERE ");
  connection->dialect().any_of(writer, "mood", mood, {"OK"});
  EXPECT_EQ(cell_of(*connection, writer.take()), "1");
}

class PostgresRoles : public PostgresProbe {
 protected:
  PostgresRoles() : role_(database_.settings().database + "_role") {
    run(*connection_,
        {"CREATE ROLE " + role_ + " LOGIN PASSWORD '" + database_.settings().password + "'"});
  }
  ~PostgresRoles() override {
    role_connection_.reset();  // with its locks
    run(*connection_, {"DROP OWNED BY " + role_, "DROP ROLE " + role_});
  }
  database::Table items_as_role() {
    role_connection_ = require(database::connect(with(role_, ""), never_));
    return *require(require(role_connection_->probe(kItems)).require("items"));
  }
  std::string role_;
  std::unique_ptr<database::Connection> role_connection_;
};

TEST_P(PostgresRoles, AReadOnlyRoleMayNotDelete) {
  run(*connection_, {"GRANT SELECT ON items TO " + role_});
  const auto table = items_as_role();
  EXPECT_TRUE(table.can_select);
  EXPECT_FALSE(table.can_delete);
  const Statement all{.sql = "DELETE FROM items", .parameters = {}};
  const auto done = role_connection_->execute({&all, 1}, AfterBatch::commit);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::schema);
  EXPECT_EQ(done.error().sqlstate, "42501");
}

TEST_P(PostgresRoles, LockingTakesTheRightToUpdate) {
  run(*connection_, {"GRANT SELECT, DELETE ON items TO " + role_});
  EXPECT_TRUE(items_as_role().can_delete);
  EXPECT_FALSE(items_as_role().can_lock);
  run(*connection_, {"GRANT UPDATE (key) ON items TO " + role_});
  EXPECT_TRUE(items_as_role().can_lock);
  require(role_connection_->begin());
  EXPECT_EQ(rows_of(*role_connection_, locking("none")).size(), 0U);
}

TEST_P(PostgresRoles, ARoleThatMayReadNothingIsToldSo) {
  const auto table = items_as_role();
  EXPECT_FALSE(table.can_select);
  EXPECT_FALSE(table.can_delete);
}

// Each hides a table of a later schema, as it does for Kestra.
TEST_P(PostgresProbe, NamesWhatBearsTheNameOfATable) {
  run(*connection_,
      {"CREATE FOREIGN DATA WRAPPER far", "CREATE SERVER far FOREIGN DATA WRAPPER far",
       "CREATE FOREIGN TABLE a (n integer) SERVER far",
       "CREATE MATERIALIZED VIEW b AS SELECT 1 AS n", "CREATE SEQUENCE c",
       "CREATE INDEX d ON items (name)", "CREATE TYPE e AS (n integer)",
       "CREATE TABLE f (n integer) PARTITION BY LIST (n)", "CREATE INDEX g ON f (n)"});
  const auto schema = require(
      connection_->probe(std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "items"}));
  std::map<std::string, std::string> instead;
  for (const auto& [name, table] : schema.tables) instead[name] = table.instead_of_table;
  EXPECT_THAT(instead,
              testing::ElementsAre(testing::Pair("a", "foreign table"),
                                   testing::Pair("b", "materialized view"),
                                   testing::Pair("c", "sequence"), testing::Pair("d", "index"),
                                   testing::Pair("e", "composite type"), testing::Pair("f", ""),
                                   testing::Pair("g", "index"), testing::Pair("items", "")));
  EXPECT_THAT(schema.require("d").error().message, HasSubstr("is an index"));
}

// A trigger or rule that may let a DELETE succeed and keep the row.
TEST_P(PostgresProbe, TellsWhetherATableMayKeepRows) {
  const auto may_keep = [this](const std::string& name) {
    return require(connection_->probe(std::array{name})).table(name)->may_keep_rows;
  };
  run(*connection_,
      {"CREATE TABLE guarded (key text, day int) PARTITION BY LIST (day)",
       "CREATE TABLE guarded_1 PARTITION OF guarded FOR VALUES IN (1)",
       "CREATE TABLE plain (key text, day int)",
       "CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
       "CREATE TRIGGER a AFTER DELETE ON plain FOR EACH ROW EXECUTE FUNCTION own()",
       "CREATE TRIGGER b BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION own()",
       "CREATE TRIGGER c BEFORE DELETE ON plain FOR EACH STATEMENT EXECUTE FUNCTION own()",
       "CREATE RULE u AS ON UPDATE TO plain DO INSTEAD NOTHING"});
  EXPECT_FALSE(may_keep("plain"));
  EXPECT_FALSE(may_keep("guarded"));
  run(*connection_,
      {"CREATE TRIGGER d BEFORE DELETE ON guarded_1 FOR EACH ROW EXECUTE FUNCTION own()",
       "CREATE RULE d AS ON DELETE TO plain WHERE OLD.day = 1 DO INSTEAD NOTHING"});
  EXPECT_TRUE(may_keep("plain"));
  EXPECT_TRUE(may_keep("guarded"));
  run(*connection_, {"ALTER TABLE guarded_1 DISABLE TRIGGER d", "DROP RULE d ON plain"});
  EXPECT_FALSE(may_keep("plain"));
  EXPECT_FALSE(may_keep("guarded"));
}

TEST_P(PostgresRoles, ATableThatAPolicyHidesRowsOfIsRefusedByName) {
  run(*connection_, {"GRANT SELECT, DELETE, UPDATE ON items TO " + role_,
                     "ALTER TABLE items ENABLE ROW LEVEL SECURITY",
                     "CREATE POLICY half ON items USING (number = 1)"});
  role_connection_ = require(database::connect(with(role_, ""), never_));
  const auto required = require(role_connection_->probe(kItems)).require("items");
  ASSERT_FALSE(required);
  EXPECT_EQ(required.error().kind, FailureKind::schema);
  EXPECT_THAT(required.error().message,
              AllOf(HasSubstr("`items`"), HasSubstr("row-level security"), HasSubstr(role_)));
  // A policy that is made after the probe is an error of the statement, and never a part of the
  // rows.
  const auto counted = role_connection_->query(
      {.sql = "SELECT count(*) FROM items", .parameters = {}}, [](const Row&) { return true; });
  ASSERT_FALSE(counted);
  EXPECT_EQ(counted.error().sqlstate, "42501");
  const Statement all{.sql = "DELETE FROM items", .parameters = {}};
  EXPECT_FALSE(role_connection_->execute({&all, 1}, AfterBatch::commit));
  // The owner of the table sees all of it.
  EXPECT_TRUE(require(connection_->probe(kItems)).require("items"));
}

TEST_P(PostgresProbe, APartitionedTableIsATable) {
  run(*connection_,
      {"CREATE TABLE parts (key text, day int, PRIMARY KEY (day, key)) PARTITION BY LIST (day)",
       "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1)",
       "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2)",
       "INSERT INTO parts SELECT 'k' || i, 1 + i % 2 FROM generate_series(1, 100) i",
       "ANALYZE parts"});
  const auto schema = require(connection_->probe(std::vector<std::string>{"parts"}));
  const auto& parts = *schema.table("parts");
  EXPECT_TRUE(parts.can_delete);
  EXPECT_THAT(parts.primary_key, ElementsAre("day", "key"));
  EXPECT_EQ(parts.estimated_rows, 100);
  // The server must accept the remedy for a missing index.
  run(*connection_, {connection_->dialect().create_index(parts, {"key"})});
}

// Whatever is not as Kestra makes it: an order of letters, a domain, a generated column, parts that
// are declared, and parts by INHERITS. A table of an earlier schema comes first for a listing too.
TEST_P(PostgresProbe, TellsAListingTheSame) {
  run(*connection_,
      {"CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
       "CREATE DOMAIN short AS varchar(9)", "CREATE TYPE mood AS ENUM ('SAD', 'OK')",
       "CREATE DOMAIN temper AS mood",
       "CREATE TABLE odd (lax text COLLATE loose, short short, moods mood[], temper temper, "
       "value jsonb, gone int, "
       "duration bigint GENERATED ALWAYS AS (EXTRACT(milliseconds FROM (value #>> "
       "'{state,duration}')::numeric * interval '1 second')) STORED, char char(3), \"Two Words\" "
       "int)",
       "ALTER TABLE odd DROP COLUMN gone",
       "CREATE INDEX odd_words ON odd (\"Two Words\", lower(lax)) INCLUDE (short)",
       "CREATE TABLE parts (key text, day int, PRIMARY KEY (day, key)) PARTITION BY LIST (day)",
       "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1)",
       "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2)",
       "INSERT INTO parts SELECT 'k' || i, 1 + i % 2 FROM generate_series(1, 100) i",
       "CREATE TABLE above (key text)", "CREATE TABLE below (n int) INHERITS (above)",
       "CREATE VIEW seen AS SELECT * FROM items", "CREATE SCHEMA later",
       "CREATE TABLE later.odd (n int)", "CREATE TABLE later.more (n int)", "ANALYZE"});
  const auto connection = require(database::connect(with("", "public, later"), never_));
  const std::vector<std::string> names = {"odd", "parts", "above", "seen", "more", "none", "items"};
  const auto all = require(connection->probe(names));
  EXPECT_EQ(all.tables.size(), names.size() - 1);
  EXPECT_EQ(all.table("odd")->column("duration")->type, ColumnType::minute_millis);
  EXPECT_EQ(all.table("parts")->partitions.size(), 2U);
  for (const auto& name : names) {
    const auto told = require(connection->recall(std::array{name}));
    ASSERT_EQ(told.tables.size(), name == "none" ? 0U : 1U) << name;
    if (name == "none") continue;
    EXPECT_TRUE(same_to_a_listing(*told.table(name), *all.table(name)));
  }
}

TEST_P(PostgresProbe, AViewCanBeReadAndNotDeletedFrom) {
  run(*connection_, {"CREATE VIEW seen AS SELECT * FROM items"});
  const auto schema = require(connection_->probe(std::vector<std::string>{"seen"}));
  EXPECT_TRUE(schema.table("seen")->can_select);
  EXPECT_FALSE(schema.table("seen")->can_delete);
  EXPECT_TRUE(schema.table("seen")->indexes.empty());
}

TEST_P(PostgresProbe, KnowsIndexesThatDoNotOrder) {
  run(*connection_, {"CREATE INDEX items_value ON items USING gin (value)",
                     "CREATE INDEX items_hash ON items USING hash (name)",
                     "CREATE INDEX items_lower ON items (lower(name), number) INCLUDE (ratio)"});
  const auto schema = require(connection_->probe(kItems));
  const auto& table = *schema.table("items");
  for (const auto& index : table.indexes) {
    EXPECT_EQ(index.ordered, index.name != "items_value" && index.name != "items_hash")
        << index.name;
    if (index.name == "items_lower") {
      EXPECT_THAT(index.columns, ElementsAre("", "number"));
    }
  }
  EXPECT_EQ(table.index_on({"value"}), nullptr);
  EXPECT_EQ(table.index_on({"name"}), nullptr);
}

TEST_P(PostgresProbe, KnowsTheServersEstimateOfRows) {
  EXPECT_EQ(items().estimated_rows, -1);
  insert_many(10);
  run(*connection_, {"ANALYZE items"});
  EXPECT_EQ(require(connection_->probe(kItems)).table("items")->estimated_rows, 10);
}

TEST_P(PostgresProbe, KnowsWhetherTheBuffersHoldATable) {
  EXPECT_TRUE(items().fits_buffers);
  run(*connection_, {"UPDATE pg_class SET relpages = 100000000 WHERE oid = 'items'::regclass"});
  EXPECT_FALSE(require(connection_->probe(kItems)).table("items")->fits_buffers);
}

TEST_P(PostgresProbe, KnowsTheKindsOfColumnsThatItDoesNotUse) {
  run(*connection_,
      {"CREATE TABLE kinds (words tsvector, plain json, small smallint, price numeric, "
       "local timestamp, list text[])"});
  const auto schema = require(connection_->probe(std::vector<std::string>{"kinds"}));
  const auto& kinds = *schema.table("kinds");
  EXPECT_EQ(kinds.column("words")->type, ColumnType::other);
  EXPECT_EQ(kinds.column("plain")->type, ColumnType::document);
  EXPECT_EQ(kinds.column("small")->type, ColumnType::integer);
  EXPECT_EQ(kinds.column("price")->type, ColumnType::number);
  EXPECT_EQ(kinds.column("local")->type, ColumnType::local_time);
  EXPECT_EQ(kinds.column("list")->type, ColumnType::other);
}

INSTANTIATE_TEST_SUITE_P(Drivers, PostgresProbe, testing::ValuesIn(only("postgresql")),
                         testing::PrintToStringParamName());
INSTANTIATE_TEST_SUITE_P(Drivers, PostgresRoles, testing::ValuesIn(only("postgresql")),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PostgresProbe);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PostgresRoles);

}  // namespace
}  // namespace winnow::tests

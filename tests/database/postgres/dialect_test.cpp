// PostgreSQL's SQL where its exact form matters.
#include "database/postgres/dialect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "database/postgres/client/parameters.h"

namespace winnow::database {
namespace {

Column column(std::string name, ColumnType type, std::string type_name) {
  Column made;
  made.name = std::move(name);
  made.type = type;
  made.type_name = std::move(type_name);
  return made;
}

TEST(PostgresDialect, DoublesQuotesInNames) {
  EXPECT_EQ(postgres_dialect().quoted("a\"b"), "\"a\"\"b\"");
}

TEST(PostgresDialect, CastsEveryPlaceholder) {
  const auto& dialect = postgres_dialect();
  EXPECT_EQ(dialect.placeholder(1, "x"), "$1::text");
  EXPECT_EQ(dialect.placeholder(2, true), "$2::boolean");
  EXPECT_EQ(dialect.placeholder(3, std::int64_t{1}), "$3::bigint");
  EXPECT_EQ(dialect.placeholder(4, Instant{}), "$4::timestamptz");
  EXPECT_EQ(dialect.placeholder(5, TextList{}), "$5::text[]");
  const auto state = column("state", ColumnType::enumeration, "public.state_type");
  EXPECT_EQ(dialect.placeholder_as(6, state, "x"), "$6::public.state_type");
  EXPECT_EQ(dialect.placeholder_as(7, state, TextList{}), "$7::public.state_type[]");
  const auto number = column("level", ColumnType::number, "numeric");
  EXPECT_EQ(dialect.placeholder_as(8, number, TextList{}), "$8::text[]::numeric[]");
}

TEST(PostgresDialect, DeletesByOneListWhateverItsLength) {
  Table table;
  table.name = "logs";
  table.schema = "public";
  const auto key = column("execution_id", ColumnType::text, "character varying");
  table.columns = {key};
  EXPECT_EQ(
      postgres_dialect().delete_by_keys(table, key, TextList(1, "a"), DeletedRows::excluded).sql,
      R"(DELETE FROM "public"."logs" WHERE "execution_id" = ANY((SELECT $1::text[])::text[]))");
  table.columns.push_back(column("deleted", ColumnType::boolean, "boolean"));
  EXPECT_EQ(
      postgres_dialect()
          .delete_by_keys(table, key, TextList(1'000, "a"), DeletedRows::included)
          .sql,
      R"(DELETE FROM "public"."logs" WHERE "deleted" IN (false, true) AND "execution_id" = ANY((SELECT $1::text[])::text[]))");
  EXPECT_EQ(
      postgres_dialect()
          .delete_by_keys(table, key, TextList(1'000, "a"), DeletedRows::excluded)
          .sql,
      R"(DELETE FROM "public"."logs" WHERE "deleted" = false AND "execution_id" = ANY((SELECT $1::text[])::text[]))");
}

TEST(PostgresDialect, ShowsThePlannerTheKeysForASmallTable) {
  Table table;
  table.name = "logs";
  table.estimated_rows = 100;
  const auto key = column("execution_id", ColumnType::text, "character varying");
  table.columns = {key};
  EXPECT_EQ(postgres_dialect()
                .delete_by_keys(table, key, TextList(1'000, "a"), DeletedRows::included)
                .sql,
            R"(DELETE FROM "logs" WHERE "execution_id" = ANY($1::text[]))");
}

TEST(PostgresParameters, QuoteEveryElementOfAList) {
  EXPECT_EQ(postgres_array({}), "{}");
  EXPECT_EQ(postgres_array({"a", "", "NULL", "b\"c", "d\\e", "f,g}"}),
            R"({"a","","NULL","b\"c","d\\e","f,g}"})");
}

TEST(PostgresParameters, RefuseATextThatWouldBeCut) {
  const auto parameters = PostgresParameters::make({std::string("a\0b", 3)});
  ASSERT_FALSE(parameters);
  EXPECT_EQ(parameters.error().kind, FailureKind::invalid_parameter);
  EXPECT_FALSE(PostgresParameters::make({TextList{std::string("\0", 1)}}));
}

}  // namespace
}  // namespace winnow::database

// PostgreSQL's executions.start_date and end_date hold the local time of the session that wrote the
// row (docs/design.md). winnow compares and prints the intended instant.
#include <gmock/gmock.h>

#include "document/instant.h"
#include "tests/database/driver_bed.h"

namespace winnow::tests {
namespace {

using database::Comparison;
using document::Instant;
using std::chrono::microseconds;

constexpr std::array kZones = {"UTC", "Europe/Paris", "America/Los_Angeles", "Pacific/Kiritimati"};
const std::vector<std::string> kPath = {"state", "endDate"};

class PostgresLocalTime : public testing::TestWithParam<TestEngine> {
 protected:
  PostgresLocalTime()
      : database_(TestDatabase::create(GetParam())), connection_(database_.connection()) {
    run(*connection_, {"CREATE FUNCTION parse_date(text) RETURNS timestamptz LANGUAGE sql "
                       "IMMUTABLE RETURN $1::timestamptz",
                       "CREATE TABLE executions (key text PRIMARY KEY, value jsonb NOT NULL, "
                       "end_date timestamp GENERATED "
                       "ALWAYS AS (parse_date(value #>> '{state,endDate}')) STORED)",
                       "CREATE INDEX executions_end_date ON executions (end_date)"});
    schema_ = require(connection_->probe(std::vector<std::string>{"executions"}));
  }

  const database::Column& end_date() const {
    return *schema_.table("executions")->column("end_date");
  }

  // As a session in that zone writes it.
  void write(const std::string& key, const std::string& zone, Instant instant) {
    require(connection_->begin());
    const Statement set{.sql = "SELECT set_config('TimeZone', $1::text, true)",
                        .parameters = {zone}};
    require(connection_->query(set, [](const Row& /*row*/) { return true; }));
    const Statement insert{
        .sql =
            "INSERT INTO executions (key, value) VALUES ($1::text, jsonb_build_object('state', "
            "jsonb_build_object('endDate', $2::text)))",
        .parameters = {key, document::to_text(instant)}};
    require(connection_->execute({&insert, 1}, AfterBatch::commit));
  }

  using Bound = decltype(&database::Dialect::compare_instant);

  SqlWriter selection(Comparison comparison, Instant bound,
                      Bound bound_of = &database::Dialect::compare_instant) const {
    SqlWriter writer(connection_->dialect());
    writer.text("SELECT key FROM executions e WHERE ");
    (connection_->dialect().*bound_of)(writer, "e", end_date(), kPath, comparison, bound);
    return writer;
  }

  std::size_t found(Comparison comparison, Instant bound) {
    return rows_of(*connection_, selection(comparison, bound).take()).size();
  }

  std::size_t likely(Comparison comparison, Instant bound) {
    const auto selected = selection(comparison, bound, &database::Dialect::likely_instant).take();
    return rows_of(*connection_, selected).size();
  }

  TestDatabase database_;
  std::unique_ptr<database::Connection> connection_;
  database::Schema schema_;
};

TEST_P(PostgresLocalTime, TheProbeTellsItFromAnInstant) {
  EXPECT_EQ(end_date().type, database::ColumnType::local_time);
}

TEST_P(PostgresLocalTime, EveryWritersInstantIsComparedToTheMicrosecond) {
  const auto at = require(document::parse_instant("2026-07-01T12:00:00.123456Z"));
  for (const auto* zone : kZones) write(zone, zone, at);
  const auto columns = rows_of(*connection_, "SELECT DISTINCT end_date FROM executions");
  ASSERT_EQ(columns.size(), kZones.size()) << "the rows differ as their writers' zones do";
  constexpr microseconds kTick{1};
  constexpr auto kAll = kZones.size();
  EXPECT_EQ(found(Comparison::at_or_before, at), kAll);
  EXPECT_EQ(found(Comparison::at_or_before, at - kTick), 0U);
  EXPECT_EQ(found(Comparison::before, at + kTick), kAll);
  EXPECT_EQ(found(Comparison::before, at), 0U);
  EXPECT_EQ(found(Comparison::at_or_after, at), kAll);
  EXPECT_EQ(found(Comparison::at_or_after, at + kTick), 0U);
  EXPECT_EQ(found(Comparison::after, at - kTick), kAll);
  EXPECT_EQ(found(Comparison::after, at), 0U);
}

// Bounds all around the band in which the document decides.
TEST_P(PostgresLocalTime, NoBoundFindsARowThatItShouldNot) {
  const auto at = require(document::parse_instant("2026-03-29T00:59:59.999999Z"));
  for (const auto* zone : kZones) write(zone, zone, at);
  constexpr auto kAll = kZones.size();
  for (auto hours = std::chrono::hours{-40}; hours <= std::chrono::hours{40}; ++hours) {
    const auto bound = at + hours;
    EXPECT_EQ(found(Comparison::at_or_before, bound), bound >= at ? kAll : 0U) << hours.count();
    EXPECT_EQ(found(Comparison::before, bound), bound > at ? kAll : 0U) << hours.count();
    EXPECT_EQ(found(Comparison::at_or_after, bound), bound <= at ? kAll : 0U) << hours.count();
    EXPECT_EQ(found(Comparison::after, bound), bound < at ? kAll : 0U) << hours.count();
  }
}

TEST_P(PostgresLocalTime, NoLikelyBoundMissesARow) {
  const auto at = require(document::parse_instant("2026-03-29T00:59:59.999999Z"));
  for (const auto* zone : kZones) write(zone, zone, at);
  for (auto hours = std::chrono::hours{-40}; hours <= std::chrono::hours{40}; ++hours) {
    for (const auto comparison : {Comparison::at_or_before, Comparison::before,
                                  Comparison::at_or_after, Comparison::after}) {
      EXPECT_GE(likely(comparison, at + hours), found(comparison, at + hours)) << hours.count();
    }
  }
}

// Kestra's server usually runs in UTC: a purge then meets no execution that ended too late.
TEST_P(PostgresLocalTime, OfAWriterInUtcALikelyBoundIsExact) {
  const auto at = require(document::parse_instant("2026-07-01T12:00:00.123456Z"));
  write("k", "UTC", at);
  for (const auto away : {microseconds{1}, microseconds{std::chrono::hours{1}}}) {
    EXPECT_EQ(likely(Comparison::at_or_before, at - away), 0U);
    EXPECT_EQ(likely(Comparison::at_or_before, at + away), 1U);
    EXPECT_EQ(likely(Comparison::at_or_after, at + away), 0U);
    EXPECT_EQ(likely(Comparison::at_or_after, at - away), 1U);
  }
}

TEST_P(PostgresLocalTime, BoundsFarAwayAreNoError) {
  write("k", "UTC", require(document::parse_instant("2026-07-01T12:00:00Z")));
  const auto first = require(document::parse_instant("0001-01-01T00:00:00Z"));
  EXPECT_EQ(found(Comparison::at_or_before, first), 0U);
  const auto last = require(document::parse_instant("9999-12-31T23:59:59.999999Z"));
  EXPECT_EQ(found(Comparison::at_or_before, last), 1U);
}

TEST_P(PostgresLocalTime, ARowWithoutADateIsNotFound) {
  run(*connection_, {"INSERT INTO executions (key, value) VALUES ('running', '{\"state\": {}}')"});
  const auto at = require(document::parse_instant("2026-07-01T12:00:00Z"));
  EXPECT_EQ(found(Comparison::at_or_before, at), 0U);
  EXPECT_EQ(found(Comparison::at_or_after, at), 0U);
}

TEST_P(PostgresLocalTime, TextIsTheInstantAndACursorTheColumnsOwn) {
  const auto at = require(document::parse_instant("2026-07-01T12:00:00.5Z"));
  for (const auto* zone : kZones) write(zone, zone, at);
  const auto& dialect = connection_->dialect();
  const auto text = dialect.as_text("e", end_date(), kPath);
  for (const auto& row : rows_of(*connection_, "SELECT " + text + " FROM executions e")) {
    EXPECT_EQ(row[0], "2026-07-01T12:00:00.500000Z");
  }
  const auto cursor = cell_of(*connection_, "SELECT " + dialect.as_cursor("e", end_date()) +
                                                " FROM executions e WHERE key = 'Europe/Paris'");
  EXPECT_EQ(cursor, "2026-07-01 14:00:00.5");
  SqlWriter writer(dialect);
  writer.text("SELECT key FROM executions WHERE end_date = ").bind_as(end_date(), cursor.value());
  EXPECT_EQ(cell_of(*connection_, writer.take()), "Europe/Paris");
}

TEST_P(PostgresLocalTime, TheColumnsIndexServes) {
  run(*connection_,
      {"INSERT INTO executions (key, value) SELECT 'k' || i, jsonb_build_object('state', "
       "jsonb_build_object('endDate', timestamptz '2026-01-01Z' + i * interval '1 hour')) "
       "FROM generate_series(1, 5000) i",
       "ANALYZE executions"});
  const auto bound = require(document::parse_instant("2026-01-05T00:00:00Z"));
  for (const auto comparison : {Comparison::at_or_before, Comparison::before}) {
    const auto plan = require(connection_->explain(selection(comparison, bound).take()));
    EXPECT_THAT(plan.indexes, testing::ElementsAre("executions_end_date")) << plan.text;
    EXPECT_THAT(plan.scans, testing::IsEmpty()) << plan.text;
  }
}

// Texts of instants don't depend on the session's zone, inside a transaction or outside.
TEST_P(PostgresLocalTime, TheSessionsZoneChangesNothing) {
  EXPECT_EQ(cell_of(*connection_, "SHOW TimeZone"), "Asia/Kathmandu") << "the test server's own";
  require(connection_->begin());
  EXPECT_EQ(cell_of(*connection_, "SHOW TimeZone"), "UTC");
  require(connection_->rollback());
  EXPECT_EQ(cell_of(*connection_, "SHOW TimeZone"), "Asia/Kathmandu") << "nothing is left behind";
}

INSTANTIATE_TEST_SUITE_P(Drivers, PostgresLocalTime, testing::ValuesIn(only("postgresql")),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PostgresLocalTime);

}  // namespace
}  // namespace winnow::tests

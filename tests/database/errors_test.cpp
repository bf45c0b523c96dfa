// What each server's codes mean for whoever called winnow.
#include "database/mysql/errors.h"

#include <sqlite3.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "database/connection.h"
#include "database/mysql/probe.h"
#include "database/postgres/errors.h"
#include "database/sqlite/errors.h"
#include "database/target.h"

namespace winnow::database {
namespace {

using enum FailureKind;

struct StateCase {
  std::string state;
  FailureKind kind;
  bool retryable;
};

TEST(PostgresErrors, EveryStateHasItsMeaning) {
  const std::vector<StateCase> cases = {{"40001", conflict, true},
                                        {"40P01", conflict, true},
                                        {"55P03", conflict, true},
                                        {"57014", conflict, true},
                                        {"08006", unavailable, true},
                                        {"08P01", unavailable, true},
                                        {"57P01", unavailable, true},
                                        {"57P02", unavailable, true},
                                        {"57P03", unavailable, true},
                                        {"53300", unavailable, true},
                                        {"53100", unavailable, false},
                                        {"28P01", unavailable, false},
                                        {"28000", unavailable, false},
                                        {"3D000", unavailable, false},
                                        {"25006", unavailable, true},
                                        {"25P03", unavailable, true},
                                        {"25P04", unavailable, true},
                                        {"42P01", schema, false},
                                        {"42703", schema, false},
                                        {"42501", schema, false},
                                        {"42704", schema, false},
                                        {"3F000", schema, false},
                                        {"23503", schema, false},
                                        {"22021", schema, false},
                                        {"22P05", invalid_parameter, false},
                                        {"55000", schema, false},
                                        {"22007", internal, false},
                                        {"42601", internal, false},
                                        {"99999", internal, false},
                                        {"XX000", unavailable, false},
                                        {"", unavailable, true}};
  for (const auto& [state, kind, retryable] : cases) {
    const auto failure = postgres_failure(state, "text\n", false);
    EXPECT_EQ(failure.kind, kind) << state;
    EXPECT_EQ(failure.retryable, retryable) << state;
    EXPECT_EQ(failure.sqlstate, state);
    EXPECT_THAT(failure.message,
                testing::StartsWith(state.empty() ? "PostgreSQL: text"
                                                  : "PostgreSQL: text (" + state + ")"));
  }
}

TEST(PostgresErrors, ACancelIsOursOnlyIfWeAskedForIt) {
  EXPECT_EQ(postgres_failure("57014", "canceling statement due to user request", true).kind,
            cancelled);
  EXPECT_EQ(postgres_failure("55P03", "canceling statement due to lock timeout", true).kind,
            conflict);
}

TEST(PostgresErrors, BlameWhatASmallerBatchMayHelp) {
  const std::vector<std::pair<std::string, Blame>> cases = {{"23503", Blame::some_rows},
                                                            {"23001", Blame::some_rows},
                                                            {"P0001", Blame::some_rows},
                                                            {"WX001", Blame::some_rows},
                                                            {"22007", Blame::some_rows},
                                                            {"55P03", Blame::some_rows},
                                                            {"57014", Blame::number_of_rows},
                                                            {"54000", Blame::number_of_rows},
                                                            {"53400", Blame::number_of_rows},
                                                            {"40001", Blame::none},
                                                            {"40P01", Blame::none},
                                                            {"42601", Blame::none},
                                                            {"42501", Blame::none},
                                                            {"08006", Blame::none},
                                                            {"53100", Blame::none}};
  for (const auto& [state, blame] : cases) {
    EXPECT_EQ(postgres_failure(state, "text", false).blame, blame) << state;
  }
  EXPECT_THAT(postgres_failure("57014", "text", false).message,
              testing::HasSubstr("`statement_timeout`"));
  EXPECT_THAT(postgres_failure("55P03", "text", false).message,
              testing::HasSubstr("`database.lock-timeout`"));
  EXPECT_THAT(postgres_failure("25006", "text", false).message,
              testing::HasSubstr("`default_transaction_read_only`"));
  EXPECT_THAT(mysql_failure(1205, "HY000", "text", false).message,
              testing::HasSubstr("`database.lock-timeout`"));
  EXPECT_THAT(mysql_failure(1792, "25006", "text", false).message,
              testing::HasSubstr("`transaction_read_only`"));
  EXPECT_THAT(postgres_failure("22021", "text", false).message, testing::HasSubstr("SQL_ASCII"));
  EXPECT_THAT(mysql_failure(3024, "HY000", "text", false).message,
              testing::HasSubstr("`max_execution_time`"));
}

TEST(PostgresErrors, TheStateIsReadOutOfALogInsMessage) {
  const auto failure = postgres_connect_failure(
      "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: password "
      "authentication failed for user "
      "\"u\"\nLOCATION:  auth_failed, auth.c:326\n");
  EXPECT_EQ(failure.sqlstate, "28P01");
  EXPECT_EQ(failure.message, "PostgreSQL: password authentication failed for user \"u\" (28P01)");
  const auto away = postgres_connect_failure(
      "connection to server at \"h\", port 1 failed: Connection refused\n\tIs the server "
      "running?\n");
  EXPECT_EQ(away.sqlstate, "");
  EXPECT_TRUE(away.retryable);
  EXPECT_THAT(away.message, testing::HasSubstr("Connection refused"));
}

// How libpq itself ends a log-in: none of these failures is transient.
TEST(PostgresErrors, WhatLibpqCantUseOrBelieveStaysSo) {
  const auto kind_of = [](const std::string& words) {
    const auto failure =
        postgres_connect_failure("connection to server at \"h\", port 1 failed: " + words + "\n");
    EXPECT_FALSE(failure.retryable) << words;
    return failure.kind;
  };
  for (const auto* words :
       {"could not load private key file \"k.p12\": unsupported",
        "could not read certificate file \"c.pem\": no start line",
        "could not read root certificate file \"ca.pem\": no certificate or crl found",
        "certificate present, but not private key file \"k\"",
        "invalid SSL protocol version range"}) {
    EXPECT_EQ(kind_of(words), FailureKind::configuration) << words;
  }
  for (const auto* words :
       {"SSL error: certificate verify failed", "server does not support SSL, but SSL was required",
        "server certificate for \"a\" does not match host name \"b\"",
        "channel binding is required, but server did not offer an authentication method that "
        "supports channel binding"}) {
    EXPECT_EQ(kind_of(words), FailureKind::unavailable) << words;
  }
}

struct CodeCase {
  int code;
  FailureKind kind;
  bool retryable;
};

TEST(SqliteErrors, EveryCodeHasItsMeaning) {
  const std::vector<CodeCase> cases = {
      {SQLITE_BUSY, conflict, true},         {SQLITE_BUSY_SNAPSHOT, conflict, true},
      {SQLITE_LOCKED, conflict, true},       {SQLITE_INTERRUPT, cancelled, false},
      {SQLITE_CANTOPEN, unavailable, false}, {SQLITE_NOTADB, unavailable, false},
      {SQLITE_CORRUPT, unavailable, false},  {SQLITE_READONLY, schema, false},
      {SQLITE_ERROR, schema, false},         {SQLITE_FULL, storage, false},
      {SQLITE_IOERR_WRITE, storage, false},  {SQLITE_NOMEM, no_memory, false},
      {SQLITE_MISUSE, internal, false}};
  for (const auto& [code, kind, retryable] : cases) {
    EXPECT_EQ(sqlite_failure(code, "text").kind, kind) << code;
    EXPECT_EQ(sqlite_failure(code, "text").retryable, retryable) << code;
  }
}

struct NumberCase {
  unsigned int number;
  FailureKind kind;
  bool retryable;
};

// JSON_ARRAYAGG returns NULL if its value would be larger than a packet.
TEST(MysqlErrors, ACatalogThatAnswersNothingNamesTheLimitOfAPacket) {
  const auto schema = mysql_schema("");
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().kind, configuration);
  EXPECT_THAT(schema.error().message, testing::HasSubstr("`max_allowed_packet`"));
}

// libmariadb fails like this if the connection ends in the middle of a result. Group replication
// puts a lost member offline; with a reason from MySQL 9 on.
TEST(MysqlErrors, AServerThatWentOfflineIsLeftForAnother) {
  for (const auto number : {3032U, 6400U}) {
    const auto failure =
        mysql_failure(number, "HY000", "The server is currently in offline mode", false);
    EXPECT_EQ(failure.kind, FailureKind::unavailable);
    EXPECT_TRUE(failure.retryable);
    EXPECT_EQ(failure.sqlstate, kNotTheTarget);
  }
}

TEST(MysqlErrors, AFailureWithoutANumberIsALostConnection) {
  const auto failure = mysql_failure(0, "00000", "", false);
  EXPECT_EQ(failure.kind, unavailable);
  EXPECT_TRUE(failure.retryable);
  EXPECT_EQ(failure.message, "MySQL: the connection broke off (0)");
  EXPECT_EQ(failure.sqlstate, "");
  EXPECT_TRUE(mysql_connection_lost(0));
}

TEST(MysqlErrors, EveryNumberHasItsMeaning) {
  const std::vector<NumberCase> cases = {
      {1205, conflict, true},     {1213, conflict, true},     {1317, conflict, true},
      {3024, conflict, true},     {1040, unavailable, true},  {1045, unavailable, false},
      {1044, unavailable, false}, {1049, unavailable, false}, {1053, unavailable, true},
      {4031, unavailable, true},  {1290, unavailable, false}, {1114, unavailable, false},
      {1142, schema, false},      {1146, schema, false},      {1054, schema, false},
      {1451, schema, false},      {1644, schema, false},      {1366, invalid_parameter, false},
      {2003, unavailable, true},  {2006, unavailable, true},  {2013, unavailable, true},
      {2026, unavailable, false}, {2059, unavailable, false}, {2008, no_memory, false},
      {1064, internal, false},    {1267, internal, false}};
  for (const auto& [number, kind, retryable] : cases) {
    const auto failure = mysql_failure(number, "HY000", "text", false);
    EXPECT_EQ(failure.kind, kind) << number;
    EXPECT_EQ(failure.retryable, retryable) << number;
    EXPECT_THAT(failure.message,
                testing::StartsWith("MySQL: text (" + std::to_string(number) + ")"));
    // A SQLSTATE comes from the server: the connector's errors have none.
    EXPECT_EQ(failure.sqlstate, number >= 2000 && number < 3000 ? "" : "HY000") << number;
  }
}

// A primary that has stepped down says so by either number; an option that has nothing to do with
// writes has the first one too.
TEST(MysqlErrors, AServerThatTakesNoWritesNowMayTakeThemElsewhere) {
  for (const auto* option : {"--read-only", "--super-read-only", "--read_only"}) {
    const auto failure = mysql_failure(
        1290, "HY000", std::string("The MySQL server is running with the ") + option + " option",
        false);
    EXPECT_EQ(failure.kind, unavailable) << option;
    EXPECT_TRUE(failure.retryable) << option;
    EXPECT_EQ(failure.sqlstate, kNotTheTarget) << option;
  }
  const auto innodb = mysql_failure(1836, "HY000", "Running in read-only mode", false);
  EXPECT_TRUE(innodb.retryable);
  EXPECT_EQ(innodb.sqlstate, kNotTheTarget);
  const auto grants = mysql_failure(1290, "HY000", "running with the --skip-grant-tables", false);
  EXPECT_FALSE(grants.retryable);
  EXPECT_EQ(grants.sqlstate, "HY000");
}

TEST(MysqlErrors, AStatementBinlogIsTheConfigurationsFaultAndSaysTheRemedy) {
  const auto failure = mysql_failure(1665, "HY000", "Cannot execute statement", false);
  EXPECT_EQ(failure.kind, configuration);
  EXPECT_FALSE(failure.retryable);
  EXPECT_THAT(failure.message, testing::AllOf(testing::HasSubstr("binlog_format = STATEMENT"),
                                              testing::HasSubstr("ROW or MIXED")));
}

// After which a COMMIT that was sent is in doubt.
TEST(MysqlErrors, WhatEndsAConnectionIsKnown) {
  for (const auto number : {1053U, 2006U, 2013U, 2014U, 2026U, 2027U, 4031U}) {
    EXPECT_TRUE(mysql_connection_lost(number)) << number;
  }
  for (const auto number : {1205U, 1213U, 1317U, 1146U}) {
    EXPECT_FALSE(mysql_connection_lost(number)) << number;
  }
}

TEST(MysqlErrors, ACancelIsOursOnlyIfWeAskedForIt) {
  EXPECT_EQ(mysql_failure(1317, "70100", "interrupted", true).kind, cancelled);
  EXPECT_EQ(mysql_failure(1205, "HY000", "lock wait timeout", true).kind, conflict);
}

}  // namespace
}  // namespace winnow::database

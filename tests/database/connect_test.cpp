// Connecting, and every way in which it fails: with the right kind, in time, and without a password
// in the message.
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>

#include "tests/database/breaking_proxy.h"
#include "tests/database/driver_bed.h"

namespace winnow::tests {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

Failure failure_of(const database::Settings& settings, const Cancellation& cancellation) {
  const auto connection = database::connect(settings, cancellation);
  if (connection) throw std::runtime_error("this was to fail: " + settings.safe_name());
  if (!settings.password.empty()) {
    EXPECT_THAT(connection.error().message, Not(HasSubstr(settings.password)));
  }
  return connection.error();
}

Failure failure_of(const database::Settings& settings) {
  const Cancellation never;
  return failure_of(settings, never);
}

class ConnectToServer : public testing::TestWithParam<TestEngine> {
 protected:
  ConnectToServer()
      : database_(TestDatabase::create(GetParam())), settings_(database_.settings()) {}
  TestDatabase database_;
  database::Settings settings_;
};

TEST_P(ConnectToServer, AWrongPasswordIsRefusedForGood) {
  settings_.password = "wrong-password-of-mine";
  const auto failure = failure_of(settings_);
  EXPECT_EQ(failure.kind, FailureKind::unavailable);
  EXPECT_FALSE(failure.retryable);
  EXPECT_THAT(failure.sqlstate, testing::StartsWith("28"));
  EXPECT_THAT(failure.message, HasSubstr(settings_.safe_name()));
}

TEST_P(ConnectToServer, AnUnknownDatabaseIsNamed) {
  settings_.database = "no_such_database";
  const auto failure = failure_of(settings_);
  EXPECT_EQ(failure.kind, FailureKind::unavailable);
  EXPECT_FALSE(failure.retryable);
  EXPECT_THAT(failure.message, HasSubstr("no_such_database"));
}

TEST_P(ConnectToServer, AClosedPortIsUnavailable) {
  SilentListener listener;
  settings_.port = listener.port();
  listener.close();
  const auto failure = failure_of(settings_);
  EXPECT_EQ(failure.kind, FailureKind::unavailable);
  EXPECT_TRUE(failure.retryable);
  EXPECT_THAT(failure.message, HasSubstr(settings_.safe_name()));
}

TEST_P(ConnectToServer, AHostThatDoesNotExistIsNamed) {
  settings_.host = "no-such-host.invalid";
  const auto failure = failure_of(settings_);
  EXPECT_EQ(failure.kind, FailureKind::unavailable);
  EXPECT_THAT(failure.message, HasSubstr("no-such-host.invalid"));
}

TEST_P(ConnectToServer, AServerThatNeverAnswersIsGivenUpInTime) {
  const SilentListener listener;
  settings_.port = listener.port();
  settings_.connect_timeout_ms = 200;
  const auto failure = failure_of(settings_);
  EXPECT_EQ(failure.kind, FailureKind::unavailable);
  EXPECT_TRUE(failure.retryable);
}

TEST_P(ConnectToServer, CancellingEndsTheWaitForAServer) {
  const SilentListener listener;
  settings_.port = listener.port();
  settings_.connect_timeout_ms = 600'000;
  Cancellation cancellation;
  std::thread canceller([&] { cancellation.request(); });
  const auto failure = failure_of(settings_, cancellation);
  canceller.join();
  EXPECT_EQ(failure.kind, FailureKind::cancelled);
}

TEST_P(ConnectToServer, TheTestDatabasesUrlLeadsToIt) {
  const Cancellation never;
  const auto connection =
      require(database::connect(require(database::parse_url(database_.url())), never));
  EXPECT_EQ(cell_of(*connection, "SELECT 1"), "1");
}

INSTANTIATE_TEST_SUITE_P(Drivers, ConnectToServer, testing::ValuesIn(with_a_server()),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ConnectToServer);

class ConnectToPostgres : public ConnectToServer {};

TEST_P(ConnectToPostgres, TlsThatTheServerDoesNotOfferIsUnavailable) {
  settings_.options["sslmode"] = "require";
  const auto failure = failure_of(settings_);
  EXPECT_EQ(failure.kind, FailureKind::unavailable);
  EXPECT_THAT(failure.message, HasSubstr("SSL"));
}

TEST_P(ConnectToPostgres, ACertificateThatCannotBeReadIsAMatterOfConfiguration) {
  settings_.options["sslmode"] = "verify-full";
  settings_.options["sslrootcert"] = "/no/such/ca.pem";
  const auto failure = failure_of(settings_);
  EXPECT_EQ(failure.kind, FailureKind::configuration);
  EXPECT_THAT(failure.message, AnyOf(HasSubstr("sslrootcert")));
  EXPECT_THAT(failure.message, HasSubstr("/no/such/ca.pem"));
}

INSTANTIATE_TEST_SUITE_P(Drivers, ConnectToPostgres, testing::ValuesIn(only("postgresql")),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ConnectToPostgres);

class ConnectToFile : public testing::Test {
 protected:
  ConnectToFile()
      : database_(TestDatabase::create({"sqlite", "1.1"})), settings_(database_.settings()) {}
  TestDatabase database_;
  database::Settings settings_;
};

TEST_F(ConnectToFile, AMissingFileIsNotMade) {
  settings_.database += ".missing";
  const auto failure = failure_of(settings_);
  EXPECT_EQ(failure.kind, FailureKind::unavailable);
  EXPECT_THAT(failure.message, HasSubstr(settings_.database));
  EXPECT_FALSE(std::filesystem::exists(settings_.database));
}

TEST_F(ConnectToFile, AFileIsMadeWhereTheUrlSaysSo) {
  settings_.options["mode"] = "rwc";
  std::filesystem::remove(settings_.database);
  const Cancellation never;
  const auto connection = require(database::connect(settings_, never));
  run(*connection, {"CREATE TABLE t (x)"});
  EXPECT_TRUE(std::filesystem::exists(settings_.database));
}

TEST_F(ConnectToFile, WhatIsNoDatabaseIsUnavailable) {
  std::ofstream(settings_.database) << std::string(4096, 'x');
  const auto failure = failure_of(settings_);
  EXPECT_EQ(failure.kind, FailureKind::unavailable);
  EXPECT_THAT(failure.message, HasSubstr("not a database"));
}

TEST_F(ConnectToFile, AReadOnlyFileCanBeReadAndNotChanged) {
  run(*database_.connection(), {"CREATE TABLE items (key TEXT)"});
  settings_.options["mode"] = "ro";
  const Cancellation never;
  const auto connection = require(database::connect(settings_, never));
  const auto schema = require(connection->probe(std::vector<std::string>{"items"}));
  EXPECT_TRUE(schema.table("items")->can_select);
  EXPECT_FALSE(schema.table("items")->can_delete);
  const Statement all{.sql = "DELETE FROM items", .parameters = {}};
  const auto done = connection->execute({&all, 1}, AfterBatch::commit);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::schema);
}

TEST_F(ConnectToFile, GeneratedColumnsAreColumns) {
  const auto connection = database_.connection();
  run(*connection,
      {"CREATE TABLE e (key TEXT PRIMARY KEY NOT NULL, value JSON NOT NULL, deleted BOOLEAN "
       "GENERATED ALWAYS AS (value ->> '$.deleted') STORED, end_date INSTANT GENERATED ALWAYS AS "
       "(value ->> '$.state.endDate') STORED)",
       "INSERT INTO e (key, value) VALUES ('k', '{\"deleted\": true, \"state\": {\"endDate\": "
       "\"2026-01-01T00:00:00.000000Z\"}}')"});
  const auto schema = require(connection->probe(std::vector<std::string>{"e"}));
  const auto& table = *schema.table("e");
  EXPECT_EQ(table.column("deleted")->type, database::ColumnType::boolean);
  EXPECT_EQ(table.column("end_date")->type, database::ColumnType::instant);
  const auto& dialect = connection->dialect();
  EXPECT_EQ(cell_of(*connection,
                    "SELECT " + dialect.as_text("e", *table.column("deleted"), {}) + " FROM e"),
            "true");
  EXPECT_EQ(cell_of(*connection,
                    "SELECT " + dialect.as_text("e", *table.column("end_date"), {}) + " FROM e"),
            "2026-01-01T00:00:00.000000Z");
}

}  // namespace
}  // namespace winnow::tests

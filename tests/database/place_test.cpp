// Where a connection leads: to the place that the configuration names, whatever the environment
// says, and to no other one.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "database/target.h"
#include "tests/database/breaking_proxy.h"
#include "tests/database/driver_bed.h"
#include "tests/support/variables.h"

namespace winnow::tests {
namespace {

using database::Settings;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Place : public DriverBed {
 protected:
  Failure refusal(const Settings& settings) const {
    const auto connection = database::connect(settings, never_);
    EXPECT_FALSE(connection) << settings.safe_name();
    return connection ? Failure{} : connection.error();
  }
  void succeeds(const Settings& settings) const {
    const auto connection = database::connect(settings, never_);
    ASSERT_TRUE(connection) << connection.error().message;
    EXPECT_EQ(cell_of(**connection, "SELECT 1"), "1");
  }
  database::Identity identity() {
    return require(connection_->identify(database::Connection::Ask::place_and_server));
  }

  const Cancellation never_;
};

TEST_P(Place, IsWhereItIsExpectedToBe) {
  auto settings = database_.settings();
  const auto found = identity();
  EXPECT_EQ(found.database, settings.database);
  EXPECT_FALSE(found.server.empty());
  ASSERT_EQ(found.schemas.size(), 1U);
  settings.expected = {
      .schemas = found.schemas, .database = found.database, .server = found.server};
  succeeds(settings);
}

TEST_P(Place, IsRefusedWhereOneThingDiffers) {
  const auto settings = database_.settings();
  const auto found = identity();
  auto wrong = settings;
  wrong.expected.database = "other";
  EXPECT_THAT(refusal(wrong).message,
              AllOf(HasSubstr("its database is \"" + found.database + "\""),
                    HasSubstr("`database.expect.database` says \"other\"")));
  wrong = settings;
  wrong.expected.schemas = {"other"};
  EXPECT_THAT(refusal(wrong).message, HasSubstr("its schema is \"" + found.schemas.front() + "\""));
  wrong.expected.schemas = {found.schemas.front(), "other"};
  EXPECT_EQ(refusal(wrong).pointer, "/database/expect/schema");
  wrong = settings;
  wrong.expected.server = "7000000000000000000";
  const auto failure = refusal(wrong);
  EXPECT_EQ(failure.kind, FailureKind::configuration);
  EXPECT_FALSE(failure.retryable);
  EXPECT_EQ(failure.pointer, "/database/expect/server");
}

// Of two hosts the first does not answer.
TEST_P(Place, IsTheFirstHostThatAnswers) {
  auto settings = database_.settings();
  SilentListener closed;
  settings.other_hosts = {{.name = settings.host, .port = settings.port}};
  settings.port = closed.port();
  closed.close();
  succeeds(settings);
  settings.target = database::Target::primary;
  succeeds(settings);
  settings.target = database::Target::standby;
  const auto failure = refusal(settings);
  EXPECT_EQ(failure.kind, FailureKind::unavailable);
  EXPECT_TRUE(failure.retryable);
  EXPECT_THAT(failure.message,
              AllOf(HasSubstr(std::to_string(settings.port)), HasSubstr("a standby is wanted")));
  // The next best is used if it is only a preference.
  settings.target = database::Target::prefer_standby;
  succeeds(settings);
}

INSTANTIATE_TEST_SUITE_P(Drivers, Place, testing::ValuesIn(with_a_server()),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Place);

TEST(PlaceOfAFile, HasNothingToExpect) {
  const auto database = TestDatabase::create({"sqlite", "1.1"});
  auto settings = database.settings();
  settings.expected.schemas = {"main"};
  const Cancellation never;
  const auto connection = database::connect(settings, never);
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().pointer, "/database/expect");
}

class PostgresPlace : public Place {
 protected:
  std::optional<std::string> as_configured(const std::string& sql) {
    const auto connection = require(database::connect(database_.settings(), never_));
    return cell_of(*connection, sql);
  }
};

TEST_P(PostgresPlace, NoVariableOfTheEnvironmentDecidesIt) {
  Variables variables;
  for (const auto& [name, value] :
       {std::pair{"PGHOST", "no-such-host.invalid"},
        std::pair{"PGHOSTADDR", "192.0.2.1"},
        std::pair{"PGPORT", "1"},
        std::pair{"PGDATABASE", "other"},
        std::pair{"PGUSER", "other"},
        std::pair{"PGPASSWORD", "other"},
        std::pair{"PGPASSFILE", "/no/such/file"},
        std::pair{"PGOPTIONS", "-c search_path=elsewhere -c default_transaction_read_only=on"},
        std::pair{"PGSSLMODE", "verify-full"},
        std::pair{"PGSSLROOTCERT", "/no/such/ca"},
        std::pair{"PGSSLCERT", "/no/such/cert"},
        std::pair{"PGSSLCRL", "/no/such/crl"},
        std::pair{"PGTARGETSESSIONATTRS", "standby"},
        std::pair{"PGCONNECT_TIMEOUT", "1"},
        std::pair{"PGCHANNELBINDING", "require"},
        std::pair{"PGGSSENCMODE", "require"},
        std::pair{"PGREQUIREPEER", "other"},
        std::pair{"PGCLIENTENCODING", "LATIN1"},
        std::pair{"PGAPPNAME", "other"},
        std::pair{"PGTZ", "Asia/Tokyo"},
        std::pair{"PGDATESTYLE", "German"},
        std::pair{"PGSSLMINPROTOCOLVERSION", "TLSv1.3"},
        std::pair{"PGREQUIREAUTH", "gss"},
        std::pair{"PGLOADBALANCEHOSTS", "random"}}) {
    variables.set(name, value);
  }
  EXPECT_EQ(as_configured("SELECT current_database() || ' ' || current_user || ' ' || "
                          "current_schema() || ' ' || current_setting('TimeZone')"),
            database_.settings().database + " " + database_.settings().user + " public UTC");
  EXPECT_EQ(as_configured("SELECT current_setting('default_transaction_read_only')"), "off");
  EXPECT_EQ(as_configured("SELECT now()::date::text ~ '^\\d{4}-'"), "t");
}

TEST_P(PostgresPlace, WithoutAPortItIsPostgresOwnAndNotTheEnvironments) {
  Variables variables;
  variables.set("PGPORT", std::to_string(database_.settings().port));
  auto settings = database_.settings();
  settings.port = 0;
  settings.host = "127.0.0.254";  // loopback, with nothing on port 5432
  EXPECT_THAT(refusal(settings).message, HasSubstr("port 5432"));
}

TEST_P(PostgresPlace, AServiceFileIsRefusedByTheVariableThatNamesIt) {
  Variables variables;
  variables.set("PGSERVICE", "other");
  const auto failure = refusal(database_.settings());
  EXPECT_EQ(failure.kind, FailureKind::configuration);
  EXPECT_THAT(failure.message, HasSubstr("PGSERVICE"));
}

TEST_P(PostgresPlace, NoPasswordComesFromTheEnvironmentOrAFile) {
  const auto file = std::filesystem::path(testing::TempDir()) / "winnow-pgpass";
  std::ofstream(file) << "*:*:*:*:" << database_.settings().password << "\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  auto settings = database_.settings();
  settings.password.clear();
  for (const auto& [name, value] :
       {std::pair{std::string("PGPASSFILE"), file.string()},
        std::pair{std::string("PGPASSWORD"), database_.settings().password}}) {
    Variables variables;
    variables.set(name, value);
    const auto failure = refusal(settings);
    EXPECT_EQ(failure.kind, FailureKind::unavailable) << name;
    EXPECT_FALSE(failure.retryable) << name;
    EXPECT_THAT(failure.message, HasSubstr("no password is configured")) << name;
  }
  // Named by the configuration it is one like any other.
  settings.options["passfile"] = file.string();
  succeeds(settings);
  std::filesystem::remove(file);
}

TEST_P(PostgresPlace, TheSearchPathIsTheServersOwnForTheRole) {
  const auto role = database_.settings().database + "_place";
  run(*connection_, {"CREATE SCHEMA kestra", "CREATE TABLE kestra.items (key text)",
                     "CREATE ROLE " + role + " LOGIN SUPERUSER PASSWORD 'p'",
                     "ALTER ROLE " + role + " SET search_path = kestra, public"});
  auto settings = database_.settings();
  settings.user = role;
  settings.password = "p";
  auto connection = require(database::connect(settings, never_));
  EXPECT_EQ(require(connection->probe(std::vector<std::string>{"items"})).table("items")->schema,
            "kestra");
  EXPECT_THAT(require(connection->identify(database::Connection::Ask::place)).schemas,
              ElementsAre("kestra", "public"));
  settings.expected.schemas = {"kestra"};
  succeeds(settings);
  settings.expected.schemas = {"kestra", "public"};
  succeeds(settings);
  settings.expected.schemas = {"public"};
  EXPECT_EQ(refusal(settings).kind, FailureKind::configuration);
  connection.reset();
  run(*connection_, {"DROP ROLE " + role});
}

TEST_P(PostgresPlace, ASearchPathFoldsNamesAndKnowsTheUsersOwnSchema) {
  run(*connection_, {"CREATE SCHEMA " + connection_->dialect().quoted(database_.settings().user),
                     "CREATE SCHEMA kestra"});
  auto settings = database_.settings();
  settings.search_path = "\"$user\", KESTRA, missing";
  const auto connection = require(database::connect(settings, never_));
  EXPECT_THAT(require(connection->identify(database::Connection::Ask::place)).schemas,
              ElementsAre(settings.user, "kestra"));
}

TEST_P(PostgresPlace, ARoleThatTheConfigurationNamesHoldsInEveryStatement) {
  const auto role = database_.settings().database + "_role";
  run(*connection_, {"CREATE ROLE " + role});
  auto settings = database_.settings();
  settings.session = {{"role", role}};
  const auto connection = require(database::connect(settings, never_));
  EXPECT_EQ(cell_of(*connection, "SELECT current_user"), role);
  require(connection->begin());
  EXPECT_EQ(cell_of(*connection, "SELECT current_user"), role);
  require(connection->rollback());
  run(*connection_, {"DROP ROLE " + role});
}

TEST_P(PostgresPlace, AReadOnlyConnectionDeletesNothing) {
  insert_many(1);
  auto settings = database_.settings();
  settings.session = {{"transaction_read_only", "on"}};
  const auto connection = require(database::connect(settings, never_));
  const Statement all{.sql = "DELETE FROM items", .parameters = {}};
  const auto done = connection->execute({&all, 1}, AfterBatch::commit);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().sqlstate, "25006");
  EXPECT_EQ(count_items(), "1");
}

// Like an old primary that was fenced while another server takes over.
TEST_P(PostgresPlace, AServerThatIsReadOnlyByDefaultIsNoPrimary) {
  run(*connection_, {"ALTER DATABASE " + database_.settings().database +
                     " SET default_transaction_read_only = on"});
  auto settings = database_.settings();
  settings.target = database::Target::primary;
  const auto refused = database::connect(settings, never_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().sqlstate, database::kNotTheTarget);
  EXPECT_THAT(refused.error().message, HasSubstr("default_transaction_read_only"));
  settings.target = database::Target::prefer_primary;
  EXPECT_TRUE(database::connect(settings, never_));
}

TEST_P(PostgresPlace, ASettingThatTheServerDoesNotKnowIsNamed) {
  auto settings = database_.settings();
  settings.session = {{"no_such_setting", "1"}};
  const auto connection = require(database::connect(settings, never_));
  const auto done = connection->probe(std::vector<std::string>{"items"});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::configuration);
  EXPECT_THAT(done.error().message,
              AllOf(HasSubstr("`no_such_setting`"), HasSubstr("connection-init-sql")));
}

// In a query, and before a deletion.
TEST_P(PostgresPlace, ASettingThatTheServerRefusesIsNamedWithItsReason) {
  for (const auto& [name, value, reason] :
       {std::tuple{"role", "no_such_role", "role \"no_such_role\" does not exist"},
        std::tuple{"statement_timeout", "soon",
                   "invalid value for parameter \"statement_timeout\""}}) {
    auto settings = database_.settings();
    settings.session = {{"work_mem", "8MB"}, {name, value}};
    const auto connection = require(database::connect(settings, never_));
    const auto is_named = [&, setting = name, why = reason](const Failure& failure) {
      EXPECT_EQ(failure.kind, FailureKind::configuration);
      EXPECT_THAT(failure.message,
                  AllOf(HasSubstr("`" + std::string(setting) + "`"), HasSubstr(why),
                        HasSubstr("connection-init-sql"), Not(HasSubstr("work_mem"))));
    };
    const auto probed = connection->probe(std::vector<std::string>{"items"});
    ASSERT_FALSE(probed) << name;
    is_named(probed.error());
    const Statement all{.sql = "DELETE FROM items", .parameters = {}};
    const auto deleted = connection->execute({&all, 1}, AfterBatch::commit);
    ASSERT_FALSE(deleted) << name;
    is_named(deleted.error());
    EXPECT_FALSE(deleted.error().commit_in_doubt);
  }
}

// A statement's own failure is not the settings'.
TEST_P(PostgresPlace, AWrongStatementIsNoWrongSetting) {
  auto settings = database_.settings();
  settings.session = {{"work_mem", "8MB"}};
  const auto connection = require(database::connect(settings, never_));
  const auto done = connection->query({.sql = "SELECT * FROM no_such_table", .parameters = {}},
                                      [](const auto&) { return true; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, FailureKind::schema);
  EXPECT_THAT(done.error().message, Not(HasSubstr("work_mem")));
}

INSTANTIATE_TEST_SUITE_P(Drivers, PostgresPlace, testing::ValuesIn(only("postgresql")),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PostgresPlace);

class MysqlPlace : public Place {};

TEST_P(MysqlPlace, NoVariableOfTheEnvironmentAndNoOptionFileDecidesIt) {
  const auto home = std::filesystem::path(testing::TempDir()) / "winnow-home";
  std::filesystem::create_directories(home);
  std::ofstream(home / ".my.cnf") << "[client]\nhost=no-such-host.invalid\nport=1\nuser=other\n"
                                     "password=other\nssl-ca=/no/such/file\n[mysql]\nport=2\n";
  Variables variables;
  for (const auto& [name, value] :
       {std::pair{"HOME", home.c_str()}, std::pair{"MYSQL_HOST", "no-such-host.invalid"},
        std::pair{"MYSQL_TCP_PORT", "1"}, std::pair{"MYSQL_UNIX_PORT", "/no/such/socket"},
        std::pair{"MYSQL_PWD", "other"}, std::pair{"MYSQL_HOME", home.c_str()},
        std::pair{"MYSQL_GROUP_SUFFIX", "x"}, std::pair{"USER", "other"},
        std::pair{"LOGNAME", "other"}}) {
    variables.set(name, value);
  }
  succeeds(database_.settings());
  auto settings = database_.settings();
  settings.port = 0;
  settings.host = "127.0.0.254";
  EXPECT_EQ(refusal(settings).kind, FailureKind::unavailable);
  std::filesystem::remove_all(home);
}

TEST_P(MysqlPlace, NoPasswordComesFromTheEnvironment) {
  Variables variables;
  auto settings = database_.settings();
  variables.set("MYSQL_PWD", settings.password);
  settings.password.clear();
  const auto failure = refusal(settings);
  EXPECT_EQ(failure.sqlstate, "28000");
  EXPECT_THAT(failure.message, HasSubstr("no password is configured"));
}

INSTANTIATE_TEST_SUITE_P(Drivers, MysqlPlace, testing::ValuesIn(only("mysql")),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MysqlPlace);

}  // namespace
}  // namespace winnow::tests

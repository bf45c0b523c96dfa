// Problems of a database, its accounts or its tables, as an operator sees them: one specific error,
// the exit status for scripts, and not a row deleted.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/database/mysql/wire.h"
#include "tests/hosts/cli/process.h"
#include "tests/support/kestra_rows.h"
#include "tests/support/require.h"
#include "tests/support/test_database.h"
#include "tools/sample/schema.h"

namespace winnow::tests {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

constexpr int kUnreachable = 3;
const std::string kPurge = R"({"endDate": "2026-02-01T00:00:00Z", "purgeStorage": false})";
const std::string kPassword = "a-secret-of-the-test";

class BadServer : public testing::TestWithParam<TestEngine> {
 protected:
  BadServer() : database_(TestDatabase::create(GetParam())), settings_(database_.settings()) {
    admin_ = database_.connection();
    require(sample::create_schema(*admin_, GetParam().schema_version));
    KestraRows rows(*admin_, {"executions", "logs", "metrics"});
    for (const auto* id : {"e1", "e2"}) {
      rows.add_execution(id, "company.team", "daily", "2026-01-01T00:00:00.000000Z", 2, "SUCCESS");
    }
    folder_ = std::filesystem::temp_directory_path() / settings_.database;
    std::filesystem::create_directories(folder_);
  }
  ~BadServer() override {
    if (!account_.empty()) drop_account();
    admin_.reset();
    std::filesystem::remove_all(folder_);
  }
  BadServer(const BadServer&) = delete;
  BadServer& operator=(const BadServer&) = delete;

  bool on_mysql() const { return GetParam().name == "mysql"; }

  void sql(const std::vector<std::string>& statements) {
    for (const auto& statement : statements) {
      require(admin_->query({.sql = statement, .parameters = {}},
                            [](const database::Row& /*row*/) { return true; }));
    }
  }

  // An account that may do nothing, and from now on the one that winnow uses.
  void make_account() {
    account_ = settings_.database + "_user";
    if (on_mysql()) {
      sql({"CREATE USER " + account_ + " IDENTIFIED BY '" + kPassword + "'"});
    } else {
      sql({"CREATE ROLE " + account_ + " LOGIN PASSWORD '" + kPassword + "'"});
    }
    settings_.user = account_;
    settings_.password = kPassword;
  }
  void grant(const std::string& rights, const std::vector<std::string>& tables) {
    for (const auto& table : tables) sql({"GRANT " + rights + " ON " + table + " TO " + account_});
  }
  void drop_account() {
    sql(on_mysql()
            ? std::vector<std::string>{"DROP USER " + account_}
            : std::vector<std::string>{"DROP OWNED BY " + account_, "DROP ROLE " + account_});
  }

  Finished call(const std::string& task, const std::string& parameters) {
    std::ofstream(folder_ / "winnow.yaml")
        << "database:\n  url: " << settings_.safe_name() << "\n  password: {env: SECRET}\n"
        << "  connect-timeout: 3000\n";
    return run({.words = {WINNOW_COMMAND, "call", task, "--params", parameters, "--config",
                          (folder_ / "winnow.yaml").string()},
                .environment = {{"SECRET", settings_.password}},
                .folder = folder_.string()});
  }

  // The error of a purge that is refused, checked for what all of them have in common.
  json refused() {
    const auto done = call("PurgeExecutions", kPurge);
    EXPECT_EQ(done.status, kUnreachable) << done.out << done.err;
    EXPECT_THAT(done.out + done.err, Not(HasSubstr(kPassword)));
    EXPECT_THAT(done.out + done.err, Not(HasSubstr(settings_.password)));
    EXPECT_EQ(KestraRows(*admin_, {"executions"}).keys("executions").size(), 2U);
    const auto answer = json::parse(done.out, nullptr, false);
    return answer.is_object() ? answer.value("error", json::object()) : json::object();
  }
  void expect_refused(const std::string& code, const std::string& part_of_message) {
    const auto error = refused();
    EXPECT_EQ(error.value("code", ""), code) << error;
    EXPECT_THAT(error.value("message", ""), HasSubstr(part_of_message));
  }

  TestDatabase database_;
  database::Settings settings_;
  std::unique_ptr<database::Connection> admin_;
  std::string account_;
  std::filesystem::path folder_;
};

TEST_P(BadServer, AWrongPasswordNamesTheUser) {
  settings_.password = "wrong-password-of-mine";
  expect_refused("UNAVAILABLE", settings_.user);
}

TEST_P(BadServer, AnUnknownDatabaseIsNamed) {
  settings_.database = "no_such_database";
  expect_refused("UNAVAILABLE", "no_such_database");
}

TEST_P(BadServer, AUserWhoMayOnlyReadListsAndDoesNotPurge) {
  make_account();
  grant("SELECT", {"executions", "logs", "metrics"});
  expect_refused("SCHEMA", "may not delete from table \"executions\"");
  const auto listed = call("ListExecutions", "{}");
  EXPECT_EQ(listed.status, 0) << listed.out;
  EXPECT_EQ(json::parse(listed.out)["size"], 2);
}

TEST_P(BadServer, ARightThatIsMissingOnOneTableNamesIt) {
  make_account();
  grant("SELECT, UPDATE, DELETE",
        {"executions", "metrics", "executorstate", "sla_monitor", "execution_queued",
         "executordelayed", "worker_job_running", "queues"});
  grant("SELECT", {"logs"});
  expect_refused("SCHEMA", "may not delete from table \"logs\"");
  sql({"GRANT UPDATE, DELETE ON logs TO " + account_});
  const auto done = call("PurgeExecutions", kPurge);
  EXPECT_EQ(done.status, 0) << done.out;
  EXPECT_EQ(json::parse(done.out)["executionsCount"], 2);
}

TEST_P(BadServer, ATableThatMayNotBeReadIsNamed) {
  make_account();
  grant("SELECT", {"logs"});
  const auto listed = call("ListExecutions", "{}");
  EXPECT_EQ(listed.status, kUnreachable);
  const auto error = json::parse(listed.out)["error"];
  EXPECT_EQ(error["code"], "SCHEMA");
  EXPECT_THAT(error["message"].get<std::string>(), HasSubstr("executions"));
}

TEST_P(BadServer, ATableOfAnotherShapeIsNamed) {
  sql({"DROP TABLE logs", on_mysql()
                              ? "CREATE TABLE logs (`key` varchar(30) PRIMARY KEY, value json)"
                              : "CREATE TABLE logs (key varchar(30) PRIMARY KEY, value jsonb)"});
  expect_refused("SCHEMA", "logs");
}

TEST_P(BadServer, ATableThatIsMissingIsNamed) {
  sql({"DROP TABLE metrics"});
  expect_refused("SCHEMA", "metrics");
}

TEST_P(BadServer, AServerOfAnotherKindIsUnavailable) {
  // The other server's address in this one's URL.
  const char* other =
      std::getenv(on_mysql() ? "WINNOW_TEST_POSTGRES_URL" : "WINNOW_TEST_MYSQL_URL");
  if (other == nullptr) GTEST_SKIP() << "the other server is not there";
  const auto address = require(database::parse_url(other));
  settings_.host = address.host;
  settings_.port = address.port;
  expect_refused("UNAVAILABLE", settings_.safe_name());
}

INSTANTIATE_TEST_SUITE_P(Servers, BadServer, testing::ValuesIn(with_a_server()),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(BadServer);

// Servers that need not be there to be recognised.
class ImpossibleServer : public BadServer {
 protected:
  void meet(const FakeMysqlServer& server) {
    settings_.host = "127.0.0.1";
    settings_.port = server.port();
  }
};

TEST_P(ImpossibleServer, MariaDbIsRefusedWithTheReason) {
  const FakeMysqlServer server("5.5.5-10.11.6-MariaDB", FakeMysqlServer::welcome());
  meet(server);
  const auto error = refused();
  EXPECT_EQ(error.value("code", ""), "SCHEMA");
  EXPECT_THAT(error.value("message", ""), testing::AllOf(HasSubstr("MariaDB (10.11.6-MariaDB)"),
                                                         HasSubstr("can't hold Kestra's schema")));
}

TEST_P(ImpossibleServer, AMysqlThatIsTooOldIsRefusedWithItsVersion) {
  const FakeMysqlServer server("5.7.44", FakeMysqlServer::welcome());
  meet(server);
  expect_refused("SCHEMA", "5.7.44");
}

INSTANTIATE_TEST_SUITE_P(Servers, ImpossibleServer, testing::ValuesIn(only("mysql")),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ImpossibleServer);

}  // namespace
}  // namespace winnow::tests

// TLS to MySQL, watched from in between: if TLS is required, no password is sent without it,
// whatever the server or an impostor offers.
#include <cstdlib>

#include <gmock/gmock.h>

#include "tests/database/driver_bed.h"
#include "tests/database/mysql/wire.h"

namespace winnow::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kPassword = "a-password-to-watch-for";

class MysqlTls : public testing::TestWithParam<TestEngine> {
 protected:
  MysqlTls() : database_(TestDatabase::create(GetParam())), settings_(database_.settings()) {
    // A new account: the server has not seen it yet, so its first log-in sends the password itself
    // instead of a proof that the server remembers.
    user_ = settings_.database;
    run(*database_.connection(),
        {"CREATE USER " + user_ + " IDENTIFIED WITH caching_sha2_password BY '" + kPassword + "'",
         "GRANT ALL ON " + settings_.database + ".* TO " + user_});
    settings_.user = user_;
    settings_.password = kPassword;
    settings_.options.clear();  // the test run's own, which are without TLS
  }
  ~MysqlTls() override { run(*database_.connection(), {"DROP USER " + user_}); }
  MysqlTls(const MysqlTls&) = delete;
  MysqlTls& operator=(const MysqlTls&) = delete;

  void through(const MysqlRelay& relay) { settings_.port = relay.port(); }

  Failure failure() const {
    const auto connection = database::connect(settings_, never_);
    if (connection) throw std::runtime_error("this was to fail");
    EXPECT_THAT(connection.error().message, Not(HasSubstr(kPassword)));
    return connection.error();
  }

  std::string cipher() const {
    const auto connection = require(database::connect(settings_, never_));
    return rows_of(*connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'").front()[1].value_or("");
  }

  // The CA of the test server's certificate, which ./dev test writes down.
  static std::string right_ca() {
    const char* path = std::getenv("WINNOW_TEST_MYSQL_CA");
    if (path == nullptr) throw std::runtime_error("WINNOW_TEST_MYSQL_CA is not set");
    return path;
  }
  static std::string other_ca() { return "/etc/ssl/certs/ca-certificates.crt"; }

  const Cancellation never_;
  TestDatabase database_;
  database::Settings settings_;
  std::string user_;
};

class MysqlTlsIsNeeded : public MysqlTls {
 protected:
  // All ways to ask for it.
  static std::vector<std::pair<std::string, std::string>> modes() {
    return {{"REQUIRED", ""}, {"VERIFY_CA", right_ca()}, {"VERIFY_IDENTITY", right_ca()}};
  }
};

TEST_P(MysqlTlsIsNeeded, NoProofOfThePasswordGoesToAServerThatOffersNone) {
  for (const auto& [mode, ca] : modes()) {
    settings_.options = {{"ssl-mode", mode}, {"ssl-ca", ca}};
    std::string said;
    {
      const MysqlRelay relay(database_.settings().port, MysqlRelay::Greeting::without_tls);
      through(relay);
      const auto refused = failure();
      EXPECT_EQ(refused.kind, FailureKind::unavailable) << mode;
      EXPECT_FALSE(refused.retryable) << mode;
      EXPECT_THAT(refused.message, HasSubstr("TLS")) << mode;
      said = relay.client_bytes();
    }
    EXPECT_THAT(said, Not(HasSubstr(kPassword))) << mode;
    // At most the packet that opens the conversation: the user's name, and a proof of no bytes.
    const auto packets = mysql_packets(said);
    ASSERT_LE(packets.size(), 1U) << mode;
    for (const auto& packet : packets) {
      EXPECT_THAT(packet, HasSubstr(user_ + '\0' + '\0')) << mode;
    }
  }
}

TEST_P(MysqlTlsIsNeeded, ThePasswordGoesOverTls) {
  for (const auto& [mode, ca] : modes()) {
    settings_.options = {{"ssl-mode", mode}, {"ssl-ca", ca}};
    const MysqlRelay relay(database_.settings().port, MysqlRelay::Greeting::as_it_is);
    through(relay);
    EXPECT_NE(cipher(), "") << mode;
    const auto said = relay.client_bytes();
    EXPECT_THAT(said, Not(HasSubstr(kPassword))) << mode;
    EXPECT_THAT(said, Not(HasSubstr(user_))) << mode;
    // A request for TLS of 32 bytes, and then TLS's own first record.
    ASSERT_GT(said.size(), 37U) << mode;
    EXPECT_EQ(static_cast<unsigned char>(said[36]), 0x16) << mode;
  }
}

TEST_P(MysqlTlsIsNeeded, ACertificateOfAnotherCaIsRefusedBeforeThePasswordGoes) {
  for (const auto* mode : {"VERIFY_CA", "VERIFY_IDENTITY"}) {
    settings_.options = {{"ssl-mode", mode}, {"ssl-ca", other_ca()}};
    const auto refused = failure();
    EXPECT_EQ(refused.kind, FailureKind::unavailable) << mode;
    EXPECT_FALSE(refused.retryable) << mode;
    EXPECT_THAT(refused.message, HasSubstr("certificate")) << mode;
  }
  settings_.options = {{"ssl-mode", "REQUIRED"}};
  EXPECT_NE(cipher(), "");
}

TEST_P(MysqlTlsIsNeeded, AnotherHostsCertificateIsRefusedWhereIdentityCounts) {
  settings_.host = "127.0.0.2";  // the certificate is for localhost and 127.0.0.1
  settings_.options = {{"ssl-mode", "VERIFY_IDENTITY"}, {"ssl-ca", right_ca()}};
  EXPECT_EQ(failure().kind, FailureKind::unavailable);
  settings_.host = "localhost";
  EXPECT_NE(cipher(), "");
}

TEST_P(MysqlTlsIsNeeded, WhatCannotBeUsedIsAMatterOfConfiguration) {
  settings_.options = {{"ssl-mode", "VERIFY_CA"}, {"ssl-ca", "/no/such/ca.pem"}};
  auto refused = failure();
  EXPECT_EQ(refused.kind, FailureKind::configuration);
  EXPECT_THAT(refused.message, testing::AllOf(HasSubstr("ssl-ca"), HasSubstr("/no/such/ca.pem")));
  settings_.options = {{"ssl-mode", "VERIFY_CA"}};
  refused = failure();
  EXPECT_EQ(refused.kind, FailureKind::configuration);
  EXPECT_THAT(refused.message, HasSubstr("ssl-ca"));
}

INSTANTIATE_TEST_SUITE_P(Drivers, MysqlTlsIsNeeded, testing::ValuesIn(only("mysql")),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MysqlTlsIsNeeded);

class MysqlTlsIsNotNeeded : public MysqlTls {};

TEST_P(MysqlTlsIsNotNeeded, ItIsUsedWhereTheServerOffersIt) {
  EXPECT_NE(cipher(), "");
  settings_.options = {{"ssl-mode", "DISABLED"}};
  EXPECT_EQ(cipher(), "");
}

// Encrypted with the server's public key, as caching_sha2_password does.
TEST_P(MysqlTlsIsNotNeeded, ThePasswordIsEncryptedInPlainTextToo) {
  for (const auto* mode : {"PREFERRED", "DISABLED"}) {
    settings_.options = {{"ssl-mode", mode}};
    run(*database_.connection(), {"FLUSH PRIVILEGES"});  // what the server remembers of log-ins
    const MysqlRelay relay(database_.settings().port, MysqlRelay::Greeting::without_tls);
    through(relay);
    EXPECT_EQ(cipher(), "") << mode;
    EXPECT_THAT(relay.client_bytes(), HasSubstr(user_)) << mode;
    EXPECT_THAT(relay.client_bytes(), Not(HasSubstr(kPassword))) << mode;
  }
}

TEST_P(MysqlTlsIsNotNeeded, AServerThatAsksForThePasswordAsItIsDoesNotGetIt) {
  for (const auto* mode : {"PREFERRED", "DISABLED"}) {
    for (const auto* plugin : {"mysql_clear_password", "dialog"}) {
      const FakeMysqlServer impostor("9.7.0", FakeMysqlServer::ask_for(plugin));
      settings_.options = {{"ssl-mode", mode}};
      settings_.port = impostor.port();
      EXPECT_EQ(failure().kind, FailureKind::unavailable) << plugin;
      EXPECT_THAT(impostor.client_bytes(), Not(HasSubstr(kPassword))) << plugin;
      EXPECT_EQ(mysql_packets(impostor.client_bytes()).size(), 1U) << plugin;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Drivers, MysqlTlsIsNotNeeded, testing::ValuesIn(only("mysql")),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MysqlTlsIsNotNeeded);

}  // namespace
}  // namespace winnow::tests

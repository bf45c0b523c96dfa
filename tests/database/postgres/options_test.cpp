// Files that the configuration names, and libpq would refuse in the midst of a log-in as if the
// server were away.
#include "database/postgres/client/options.h"

#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gmock/gmock.h>

namespace winnow::database {
namespace {

using std::filesystem::perms;
using testing::AllOf;
using testing::HasSubstr;

class PostgresKey : public testing::Test {
 protected:
  PostgresKey() {
    settings_.engine = Engine::postgresql;
    settings_.host = "h";
    settings_.database = "d";
  }
  ~PostgresKey() override { std::filesystem::remove(path_); }

  void write(const std::string& bytes, perms mode = perms::owner_read | perms::owner_write) {
    std::ofstream(path_, std::ios::binary) << bytes;
    std::filesystem::permissions(path_, mode);
    settings_.options["sslkey"] = path_;
  }
  Failure failure() const {
    const auto options = libpq_options(settings_);
    return options ? Failure{.message = "taken"} : options.error();
  }

  std::string path_ = testing::TempDir() + "winnow-key-" + std::to_string(::getpid());
  Settings settings_;
};

// 0x30: a sequence. The byte after its length distinguishes an unencrypted key (2, a number) from
// an encrypted one.
TEST_F(PostgresKey, ThatIsEncryptedInDerIsNamed) {
  for (const std::string begin : {"\x30\x40\x30\x1e", "\x30\x81\x9e\x30", "\x30\x82\x05\x2d\x30"}) {
    write(begin + std::string(64, 'x'));
    EXPECT_EQ(failure().kind, FailureKind::configuration);
    EXPECT_FALSE(failure().retryable);
    EXPECT_THAT(failure().message,
                AllOf(HasSubstr("sslkey"), HasSubstr(path_), HasSubstr("openssl pkcs8")));
  }
  for (const std::string begin : {"\x30\x40\x02\x01", "\x30\x82\x04\xbd\x02", "-----BEGIN", ""}) {
    write(begin + std::string(begin.empty() ? 0 : 64, 'x'));
    EXPECT_EQ(failure().message, "taken") << begin;
  }
}

// The format that pgJDBC expects if the file's name ends in .p12.
TEST_F(PostgresKey, ThatIsAnArchiveIsNamed) {
  for (const std::string begin : {"\x30\x40\x02\x01\x03", "\x30\x82\x0a\x31\x02\x01\x03"}) {
    write(begin + std::string(64, 'x'));
    EXPECT_EQ(failure().kind, FailureKind::configuration);
    EXPECT_THAT(failure().message,
                AllOf(HasSubstr("sslkey"), HasSubstr(path_), HasSubstr("openssl pkcs12")));
  }
}

TEST_F(PostgresKey, OfACertificateHasToBeNamed) {
  write("-----BEGIN");
  settings_.options = {{"sslcert", path_}};
  EXPECT_EQ(failure().kind, FailureKind::configuration);
  EXPECT_THAT(failure().message, HasSubstr("by sslkey"));
}

TEST_F(PostgresKey, ThatOthersMayReadIsNamed) {
  write("-----BEGIN", perms::owner_read | perms::owner_write | perms::others_read);
  EXPECT_EQ(failure().kind, FailureKind::configuration);
  EXPECT_FALSE(failure().retryable);
  EXPECT_THAT(failure().message, AllOf(HasSubstr("sslkey"), HasSubstr("chmod 0600 " + path_)));
}

}  // namespace
}  // namespace winnow::database

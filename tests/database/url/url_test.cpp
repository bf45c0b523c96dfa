// URLs as operators write them, in the native and the JDBC form.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "database/url/settings.h"

namespace winnow::database {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Settings read(std::string_view url) {
  auto settings = parse_url(url);
  EXPECT_TRUE(settings) << url << ": " << (settings ? "" : settings.error().message);
  return settings.value_or(Settings{});
}

Failure refused(std::string_view url) {
  const auto settings = parse_url(url);
  EXPECT_FALSE(settings) << url;
  if (settings) return {};
  EXPECT_EQ(settings.error().kind, FailureKind::configuration) << url;
  return settings.error();
}

TEST(Url, ReadsEveryPart) {
  const auto settings =
      read("postgresql://us%65r:p%40ss%3Aword@db.example:6432/my%20db?sslmode=require");
  EXPECT_EQ(settings.engine, Engine::postgresql);
  EXPECT_EQ(settings.user, "user");
  EXPECT_EQ(settings.password, "p@ss:word");
  EXPECT_EQ(settings.host, "db.example");
  EXPECT_EQ(settings.port, 6432);
  EXPECT_EQ(settings.database, "my db");
  EXPECT_EQ(settings.options.at("sslmode"), "require");
  EXPECT_EQ(settings.safe_name(), "postgresql://user@db.example:6432/my db");
}

TEST(Url, KnowsEveryScheme) {
  EXPECT_EQ(read("postgres://h/d").engine, Engine::postgresql);
  EXPECT_EQ(read("PostgreSQL://h/d").engine, Engine::postgresql);
  EXPECT_EQ(read("jdbc:postgresql://h/d").engine, Engine::postgresql);
  EXPECT_EQ(read("mysql://h/d").engine, Engine::mysql);
  EXPECT_EQ(read("mariadb://h/d").engine, Engine::mysql);
  EXPECT_EQ(read("jdbc:mysql://h/d").engine, Engine::mysql);
  EXPECT_EQ(read("jdbc:mariadb://h:3307/d").port, 3307);
  EXPECT_EQ(read("sqlite:x").engine, Engine::sqlite);
  EXPECT_EQ(read("jdbc:sqlite:x").engine, Engine::sqlite);
}

TEST(Url, LeavesWhatIsMissingToTheDriver) {
  const auto settings = read("postgresql:///kestra");
  EXPECT_THAT(settings.host, IsEmpty());
  EXPECT_EQ(settings.port, 0);
  EXPECT_EQ(settings.database, "kestra");
  EXPECT_THAT(read("mysql://host").database, IsEmpty());
}

TEST(Url, ReadsAnAddressInBrackets) {
  const auto settings = read("postgresql://u@[2001:db8::1]:5433/d");
  EXPECT_EQ(settings.host, "2001:db8::1");
  EXPECT_EQ(settings.port, 5433);
  EXPECT_EQ(settings.safe_name(), "postgresql://u@[2001:db8::1]:5433/d");
}

TEST(Url, TakesUserAndPasswordFromTheQueryAsJdbcHasThem) {
  const auto settings =
      read("jdbc:postgresql://h:5432/kestra?user=kestra&password=k3str4%26&currentSchema=app");
  EXPECT_EQ(settings.user, "kestra");
  EXPECT_EQ(settings.password, "k3str4&");
  EXPECT_EQ(settings.schema, "app");
  EXPECT_THAT(settings.options, IsEmpty());
}

TEST(Url, ReadsAPlusAsItsDriverDoes) {
  EXPECT_EQ(read("jdbc:postgresql://h/d?password=a+b").password, "a b");
  EXPECT_EQ(read("postgresql://h/d?password=a+b").password, "a+b");
  EXPECT_EQ(read("jdbc:mysql://h/d?password=a+b").password, "a+b");
  EXPECT_EQ(read("postgresql://u:a+b@h/d").password, "a+b");
}

TEST(Url, TakesAPasswordWithAnAtSign) {
  const auto settings = read("postgresql://u:p@ss@h/d");
  EXPECT_EQ(settings.password, "p@ss");
  EXPECT_EQ(settings.host, "h");
}

struct FileCase {
  std::string url;
  std::string path;
};

TEST(Url, ReadsAFilesPath) {
  const std::vector<FileCase> cases = {{"sqlite:/abs/file.db", "/abs/file.db"},
                                       {"sqlite:rel/file.db", "rel/file.db"},
                                       {"sqlite:file.db", "file.db"},
                                       {"sqlite:///abs/file.db", "/abs/file.db"},
                                       {"jdbc:sqlite:/abs/file.db", "/abs/file.db"},
                                       {"jdbc:sqlite:rel.db", "rel.db"},
                                       {"sqlite:/with%20space.db", "/with space.db"},
                                       {"sqlite:/a@b.db", "/a@b.db"}};
  for (const auto& [url, path] : cases) EXPECT_EQ(read(url).database, path) << url;
  EXPECT_EQ(read("sqlite:/f?mode=rwc").options.at("mode"), "rwc");
  EXPECT_EQ(read("sqlite:/f").safe_name(), "sqlite:/f");
}

TEST(Url, RefusesAFileOnAHost) {
  EXPECT_THAT(refused("sqlite://host/file.db").message, HasSubstr("SQLite has no host"));
  EXPECT_THAT(refused("sqlite://host").message, HasSubstr("SQLite has no host"));
}

TEST(Url, RefusesWhatItCannotRead) {
  for (const auto* url : {"",
                          "kestra",
                          "postgresql",
                          "postgresql:",
                          "postgresql:h/d",
                          "http://h/d",
                          "jdbc:",
                          "jdbc:h2:mem:x",
                          "jdbc:oracle:thin:@h",
                          "jdbc:postgres://h/d",
                          "postgresql://h:port/d",
                          "postgresql://h:0/d",
                          "postgresql://h:65536/d",
                          "postgresql://h:99999999999/d",
                          "postgresql://h:-1/d",
                          "postgresql://a,b/d",
                          "postgresql://[::1/d",
                          "postgresql://[::1]x/d",
                          "postgresql://h/d%2",
                          "postgresql://h/d%zz",
                          "postgresql://h/d%00",
                          "postgresql://h/a/b",
                          "sqlite:",
                          "sqlite:///",
                          "sqlite::memory:",
                          "sqlite:f?mode=memory",
                          "sqlite:f?cache=shared",
                          "postgresql://h/d?sslmode=maybe",
                          "jdbc:postgresql://h/d?ssl=perhaps",
                          "jdbc:postgresql://h/d?sslfactory=com.example.Mine",
                          "jdbc:mysql://h/d?sslMode=maybe",
                          "jdbc:mysql://h/d?useSSL=perhaps",
                          "postgresql://h/d?connect_timeout=soon",
                          "postgresql://h/d?connect_timeout=-1"}) {
    EXPECT_THAT(refused(url).message, HasSubstr("database URL")) << url;
  }
}

TEST(Url, RefusesAnUnknownOptionByName) {
  EXPECT_THAT(refused("postgresql://h/d?sslmod=require").message, HasSubstr("`sslmod`"));
  EXPECT_THAT(refused("jdbc:mysql://h/d?useUnicode=true&useSLL=true").message,
              HasSubstr("`useSLL`"));
  EXPECT_THAT(refused("sqlite:f?sslmode=require").message, HasSubstr("`sslmode`"));
  EXPECT_THAT(refused("postgresql://h/d?options=-csearch_path%3Dx").message,
              HasSubstr("currentSchema"));
  EXPECT_THAT(refused("jdbc:mysql://h/d?trustCertificateKeyStoreUrl=file:x").message,
              HasSubstr("PEM"));
}

TEST(Url, DropsWhatOnlyAJdbcDriverNeeds) {
  const auto postgres = read(
      "jdbc:postgresql://h/"
      "d?ApplicationName=kestra&reWriteBatchedInserts=true&prepareThreshold=0&socketTimeout=30");
  EXPECT_THAT(postgres.options, IsEmpty());
  const auto mysql = read(
      "jdbc:mysql://h/"
      "d?useUnicode=true&characterEncoding=UTF-8&serverTimezone=UTC&rewriteBatchedStatements=true"
      "&allowPublicKeyRetrieval=true");
  EXPECT_THAT(mysql.options, IsEmpty());
}

struct TlsCase {
  std::string url;
  std::string option;
  std::string value;
};

TEST(Url, TurnsTlsOptionsIntoTheDriversOwn) {
  const std::vector<TlsCase> cases = {
      {"postgresql://h/d?sslmode=verify-ca&sslrootcert=/ca", "sslrootcert", "/ca"},
      {"jdbc:postgresql://h/d?ssl=true", "sslmode", "verify-full"},
      {"jdbc:postgresql://h/d?ssl", "sslmode", "verify-full"},
      {"jdbc:postgresql://h/d?ssl=true&sslmode=require", "sslmode", "require"},
      {"jdbc:postgresql://h/d?sslmode=prefer&ssl=true", "sslmode", "prefer"},
      {"jdbc:postgresql://h/d?ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory",
       "sslmode", "require"},
      {"jdbc:postgresql://h/d?channelBinding=require", "channel_binding", "require"},
      {"mysql://h/d?ssl-mode=VERIFY_CA&ssl-ca=/ca", "ssl-ca", "/ca"},
      {"mysql://h/d?ssl-mode=verify_ca", "ssl-mode", "VERIFY_CA"},
      {"jdbc:mysql://h/d?sslMode=VERIFY_IDENTITY", "ssl-mode", "VERIFY_IDENTITY"},
      {"jdbc:mysql://h/d?sslMode=REQUIRED&useSSL=false", "ssl-mode", "REQUIRED"},
      {"jdbc:mysql://h/d?useSSL=false", "ssl-mode", "DISABLED"},
      {"jdbc:mysql://h/d?useSSL=true", "ssl-mode", "PREFERRED"},
      {"jdbc:mysql://h/d?useSSL=true&requireSSL=true", "ssl-mode", "REQUIRED"},
      {"jdbc:mysql://h/d?useSSL=true&requireSSL=true&verifyServerCertificate=true", "ssl-mode",
       "VERIFY_CA"},
      {"jdbc:mariadb://h/d?sslMode=trust", "ssl-mode", "REQUIRED"},
      {"jdbc:mariadb://h/d?sslMode=verify-full&serverSslCert=/ca.pem", "ssl-ca", "/ca.pem"},
      {"jdbc:mysql://h/d?enabledTLSProtocols=TLSv1.3", "tls-version", "TLSv1.3"}};
  for (const auto& [url, option, value] : cases) {
    const auto settings = read(url);
    EXPECT_EQ(settings.options.count(option) == 1 ? settings.options.at(option) : "", value) << url;
    EXPECT_EQ(settings.options.count("ssl") + settings.options.count("useSSL"), 0U) << url;
  }
  EXPECT_THAT(read("jdbc:postgresql://h/d?ssl=false").options, IsEmpty());
}

TEST(Url, ReadsTimeoutsInTheirDriversUnit) {
  EXPECT_EQ(read("postgresql://h/d?connect_timeout=3").connect_timeout_ms, 3'000);
  EXPECT_EQ(read("jdbc:postgresql://h/d?connectTimeout=3").connect_timeout_ms, 3'000);
  EXPECT_EQ(read("jdbc:mysql://h/d?connectTimeout=3000").connect_timeout_ms, 3'000);
  EXPECT_EQ(read("postgresql://h/d?connect_timeout=0").connect_timeout_ms,
            Settings{}.connect_timeout_ms);
}

// However a password is mistyped into a URL, no piece of it is printed.
TEST(Url, NeverPrintsAPassword) {
  for (const auto* url : {"postgresql://u:SECRET@h:port/d",
                          "postgresql://u:SECRET@h/d?nope=1",
                          "postgresql://u:x/SECRET@h/d",
                          "postgresql://u:12/SECRET@h/d",
                          "postgresql://u:x?SECRET@h/d",
                          "postgresql://u:12?SECRET@h/d",
                          "postgresql://u:12?SECRET&x=y@h/d",
                          "postgresql://u:x%SECRET@h/d",
                          "postgresql://h/d?password=SECRET&x=1",
                          "postgresql://h/d?password=%SECRET",
                          "ftp://u:SECRET@h/d",
                          "u:SECRET@h/d",
                          "SECRET",
                          "postgresql:u:SECRET@h/d",
                          "jdbc:mysql://u:SECRET@h,h2/d",
                          "sqlite://u:SECRET@h/f",
                          "postgresql://u:SECRET@[::1/d",
                          "postgresql://h/d?pass SECRET=1",
                          "postgresql://h/d?passwort=SECRET",
                          "postgresql://h/d?sslmode=SECRET",
                          "postgresql://h/d?connect_timeout=SECRET"}) {
    EXPECT_THAT(refused(url).message, Not(HasSubstr("SECRET"))) << url;
  }
  EXPECT_THAT(read("postgresql://u:SECRET@h/d?sslpassword=SECRET").safe_name(),
              Not(HasSubstr("SECRET")));
}

}  // namespace
}  // namespace winnow::database

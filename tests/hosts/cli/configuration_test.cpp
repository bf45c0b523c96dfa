// The configuration for the library, and the command line.
#include "hosts/cli/configuration.h"

#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "document/yaml.h"
#include "hosts/cli/options.h"
#include "tests/hosts/cli/environment_guard.h"

namespace winnow::cli {
namespace {

using document::Json;
using testing::HasSubstr;

class ConfigurationTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(testing::TempDir()) / ("winnow-config-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    before_ = std::filesystem::current_path();
    std::filesystem::current_path(folder_);
  }
  void TearDown() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }
  static void write(const std::string& name, const std::string& text) {
    std::ofstream(name) << text;
  }

  const tests::EnvironmentGuard config_{"WINNOW_CONFIG", nullptr};
  const tests::EnvironmentGuard password_{"WINNOW_DATABASE_PASSWORD", nullptr};
  const tests::EnvironmentGuard yaml_{"KESTRA_CONFIGURATION", nullptr};
  const tests::EnvironmentGuard files_{"MICRONAUT_CONFIG_FILES", nullptr};
  const tests::EnvironmentGuard repository_{"KESTRA_REPOSITORY_TYPE", nullptr};
  std::filesystem::path folder_;
  std::filesystem::path before_;
  Options options_;
};

TEST_F(ConfigurationTest, IsEmptyWithoutAFile) {
  EXPECT_EQ(read_configuration(options_)->text, "");
}

// In the server's own container nothing has to be configured.
TEST_F(ConfigurationTest, WithoutAFileTakesTheSettingsOfTheServerInTheContainer) {
  const tests::EnvironmentGuard variables_alone("KESTRA_REPOSITORY_TYPE", "postgres");
  EXPECT_EQ(Json::parse(read_configuration(options_)->text), Json::parse(R"({"kestra": []})"));
  const tests::EnvironmentGuard files("MICRONAUT_CONFIG_FILES", "/app/a.yml,file:/app/b.yml");
  EXPECT_EQ(Json::parse(read_configuration(options_)->text),
            Json::parse(R"({"kestra": ["/app/a.yml", "/app/b.yml"]})"));
  const tests::EnvironmentGuard yaml("KESTRA_CONFIGURATION", "kestra: {}");
  EXPECT_EQ(Json::parse(read_configuration(options_)->text),
            Json::parse(R"({"kestra": {"env": "KESTRA_CONFIGURATION"}})"));
  options_.storage = "/app/storage";
  EXPECT_EQ(Json::parse(read_configuration(options_)->text)["kestra"],
            Json::parse(R"({"env": "KESTRA_CONFIGURATION"})"));
  options_.storage.clear();
  write("winnow.yaml", "a");
  EXPECT_EQ(read_configuration(options_)->text, "a");
  std::filesystem::remove("winnow.yaml");
  options_.database = "sqlite:x";
  EXPECT_FALSE(Json::parse(read_configuration(options_)->text).contains("kestra"));
}

TEST_F(ConfigurationTest, TakesSeveralFilesOfKestras) {
  options_.kestra = "a.yml,b.yml";
  EXPECT_EQ(Json::parse(read_configuration(options_)->text)["kestra"],
            Json::parse(R"(["a.yml", "b.yml"])"));
  options_.kestra = "a.yml";
  EXPECT_EQ(Json::parse(read_configuration(options_)->text)["kestra"], "a.yml");
}

TEST_F(ConfigurationTest, HandsTheFileOverAsItIs) {
  write("winnow.yaml", "database: {url: 'sqlite:x'}  # comment\n");
  EXPECT_EQ(read_configuration(options_)->text, "database: {url: 'sqlite:x'}  # comment\n");
}

TEST_F(ConfigurationTest, PrefersTheOptionToTheVariableToTheFolder) {
  write("winnow.yaml", "a");
  write("b.yaml", "b");
  write("c.yaml", "c");
  config_.set("b.yaml");
  EXPECT_EQ(read_configuration(options_)->text, "b");
  options_.config = "c.yaml";
  EXPECT_EQ(read_configuration(options_)->text, "c");
}

TEST_F(ConfigurationTest, NamesAFileThatIsNotThere) {
  options_.config = "nowhere.yaml";
  const auto text = read_configuration(options_);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, FailureKind::configuration);
  EXPECT_THAT(text.error().message, HasSubstr("nowhere.yaml"));
}

TEST_F(ConfigurationTest, LaysTheCommandLineOverTheFile) {
  write("winnow.yaml", "database: {url: 'sqlite:x', connections: 2}\npolicy: {protect: [a]}\n");
  options_.database = "postgresql://kestra@127.0.0.1/kestra";
  options_.storage = "/app/storage";
  options_.kestra = "application.yml";
  EXPECT_EQ(Json::parse(read_configuration(options_)->text), Json::parse(R"({
    "database": {"url": "postgresql://kestra@127.0.0.1/kestra", "connections": 2}, "policy": {"protect": ["a"]},
    "kestra": "application.yml", "storage": {"type": "local", "base-path": "/app/storage"}})"));
}

// What the file has would count before Kestra's settings and the URL's own database.
TEST_F(ConfigurationTest, RefusesAFileThatLeadsElsewhereThanTheCommandLine) {
  const auto refused = [&](const std::string& text, const std::string& named) {
    write("winnow.yaml", text);
    const auto read = read_configuration(options_);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, FailureKind::configuration);
    EXPECT_THAT(read.error().message, HasSubstr("winnow.yaml has `" + named + "`"));
  };
  options_.kestra = "application.yml";
  refused("database: {url: 'sqlite:x'}", "database.url");
  refused("storage: {type: none}", "storage");
  write("winnow.yaml", "database: {connections: 2}");
  EXPECT_TRUE(read_configuration(options_));
  options_.kestra.clear();
  options_.database = "mysql://h/other";
  refused("database: {url: 'mysql://h/x', catalog: x}", "database.catalog");
  refused("database: {url: 'mysql://h/x', schema: x}", "database.schema");
  refused("database: {url: 'mysql://h/x', connection-init-sql: USE x}",
          "database.connection-init-sql");
  write("winnow.yaml", "database: {catalog: x}");
  EXPECT_TRUE(read_configuration(options_));
}

TEST_F(ConfigurationTest, NamesThePasswordsVariableAndNotThePassword) {
  password_.set("geheim");
  options_.database = "postgresql://kestra@127.0.0.1/kestra";
  const auto text = read_configuration(options_);
  ASSERT_TRUE(text);
  EXPECT_EQ(Json::parse(text->text)["database"]["password"],
            Json::parse(R"({"env": "WINNOW_DATABASE_PASSWORD"})"));
  EXPECT_THAT(text->text, testing::Not(HasSubstr("geheim")));
}

TEST_F(ConfigurationTest, SaysWhereABrokenFileIsBroken) {
  write("winnow.yaml", "a: 1\na: 2\n");
  options_.storage = "x";
  EXPECT_THAT(read_configuration(options_).error().message, HasSubstr("winnow.yaml:2"));
}

TEST_F(ConfigurationTest, RefusesAPasswordOnTheCommandLine) {
  for (const char* url :
       {"postgresql://kestra:geheim@h/db", "jdbc:postgresql://h/db?user=k&password=geheim",
        "postgresql://h/db?Password=geheim", "mysql://k:ge@heim@h/db",
        "jdbc:mysql://k:geheim@h:3306/db"}) {
    options_.database = url;
    const auto text = read_configuration(options_);
    ASSERT_FALSE(text) << url;
    EXPECT_EQ(text.error().kind, FailureKind::invalid_argument);
    EXPECT_THAT(text.error().message, testing::Not(HasSubstr("heim")));
  }
}

TEST_F(ConfigurationTest, TakesUtf8Only) {
  for (auto* option : {&options_.kestra, &options_.database, &options_.storage}) {
    *option = "caf\xe9";
    EXPECT_THAT(read_configuration(options_).error().message, HasSubstr("UTF-8"));
    option->clear();
  }
}

TEST_F(ConfigurationTest, AcceptsUrlsWithoutAPassword) {
  for (const char* url :
       {"postgresql://kestra@h:5432/db", "postgresql://h:5432/db", "sqlite:/tmp/a:b@c.db",
        "jdbc:postgresql://h:5432/kestra?sslmode=verify-full",
        "postgresql://[::1]:5432/db?a=x:y@z"}) {
    options_.database = url;
    EXPECT_TRUE(read_configuration(options_)) << url;
  }
}

TEST(Passwords, AreTakenOutOfMessages) {
  EXPECT_EQ(without_passwords("not expected: --d postgres://u:p@w@h/db and mysql://u:x@h"),
            "not expected: --d postgres://u:***@h/db and mysql://u:***@h");
  EXPECT_EQ(without_passwords("http://h:80/x@y"), "http://h:80/x@y");
}

TEST(CommandLine, TakesGlobalOptionsBeforeAndBehindTheCommand) {
  const char* words[] = {"winnow", "--config",  "a", "run",     "flow.yaml", "--input",
                         "x=1",    "--storage", "s", "--input", "y=2",       "-q"};
  const auto options = read_options(std::size(words), words);
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->config, "a");
  EXPECT_EQ(options->storage, "s");
  EXPECT_EQ(options->flow, "flow.yaml");
  EXPECT_THAT(options->inputs, testing::ElementsAre("x=1", "y=2"));
  EXPECT_EQ(options->loudness, Loudness::quiet);
}

// A script's variable that is not set leads to no other database.
TEST(CommandLine, RefusesAnOptionWithoutItsValue) {
  const auto refused = [](std::vector<const char*> words) {
    words.insert(words.begin(), "winnow");
    const auto options = read_options(static_cast<int>(words.size()), words.data());
    EXPECT_FALSE(options) << words.back();
    return options ? std::string() : options.error().text;
  };
  for (const char* name : {"--config", "--kestra", "--database", "--storage"}) {
    EXPECT_THAT(refused({"doctor", name, ""}), HasSubstr(name));
    const auto joined = std::string(name) + "=";
    EXPECT_THAT(refused({joined.c_str(), "doctor", "doctor"}), HasSubstr(name));
  }
  EXPECT_THAT(refused({"--config=", "WORD", "doctor"}), HasSubstr("--config"));
  const char* words[] = {"winnow", "run", "flow.yaml", "--input", "x="};
  EXPECT_TRUE(read_options(std::size(words), words));
}

TEST(CommandLine, DoesNotTakeTheFlowForAnInput) {
  const char* words[] = {"winnow", "run", "--input", "x=1", "flow.yaml"};
  const auto options = read_options(std::size(words), words);
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->flow, "flow.yaml");
}

}  // namespace
}  // namespace winnow::cli

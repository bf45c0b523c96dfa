#include "tests/support/test_database.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>

#include "document/strings.h"
#include "tests/support/require.h"

namespace winnow::tests {
namespace {

using database::Settings;

const Cancellation& never() {
  static const Cancellation cancellation;
  return cancellation;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

const char* url_variable(const TestEngine& engine) {
  return engine.name == "mysql" ? "WINNOW_TEST_MYSQL_URL" : "WINNOW_TEST_POSTGRES_URL";
}

// Of this process and this object alone, so that test programs may run at the same time.
std::string unique_name() {
  static std::atomic<int> count{0};
  return "winnow_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

void run_on_server(const Settings& server, const std::string& sql) {
  const auto connection = require(database::connect(server, never()));
  require(connection->query({.sql = sql, .parameters = {}},
                            [](const database::Row& /*row*/) { return true; }));
}

}  // namespace

struct TestDatabase::State {
  Settings server;    // for creating and dropping the database
  Settings settings;  // of the database

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    try {
      drop();
    } catch (const std::exception&) {
      // The server's data folder is deleted with the test run.
    }
  }

  void create(const TestEngine& engine, const std::string& server_url);
  void drop() const;
};

void TestDatabase::State::create(const TestEngine& engine, const std::string& server_url) {
  if (engine.name == "sqlite") {
    const auto path = std::filesystem::temp_directory_path() / (unique_name() + ".db");
    std::filesystem::remove(path);
    settings = require(database::parse_url("sqlite:" + path.string() + "?mode=rwc"));
    require(database::connect(settings, never()));
    settings.options.clear();
    return;
  }
  if (server_url.empty()) {
    throw std::runtime_error(std::string(url_variable(engine)) +
                             " is not set: run the tests by ./dev test, which starts the servers");
  }
  server = require(database::parse_url(server_url));
  settings = server;
  settings.database = unique_name();
  run_on_server(server, "CREATE DATABASE " + settings.database);
}

void TestDatabase::State::drop() const {
  if (settings.database.empty()) return;
  if (settings.engine == database::Engine::sqlite) {
    for (const auto* suffix : {"", "-wal", "-shm", "-journal"}) {
      std::filesystem::remove(settings.database + suffix);
    }
    return;
  }
  const bool postgres = settings.engine == database::Engine::postgresql;
  run_on_server(server, "DROP DATABASE " + settings.database + (postgres ? " WITH (FORCE)" : ""));
}

std::ostream& operator<<(std::ostream& stream, const TestEngine& engine) {
  auto version = engine.schema_version;
  for (auto& character : version) {
    if (character == '.') character = '_';
  }
  return stream << engine.name << '_' << version;
}

std::vector<TestEngine> test_drivers() {
  std::vector<TestEngine> engines;
  for (const auto& engine : test_engines()) {
    if (engines.empty() || engines.back().name != engine.name) engines.push_back(engine);
  }
  return engines;
}

std::vector<TestEngine> only(std::string_view name, std::vector<TestEngine> engines) {
  std::erase_if(engines, [&](const TestEngine& engine) { return engine.name != name; });
  return engines;
}

std::vector<TestEngine> with_a_server(std::vector<TestEngine> engines) {
  std::erase_if(engines, [](const TestEngine& engine) { return engine.name == "sqlite"; });
  return engines;
}

std::vector<TestEngine> test_engines() {
  std::vector<TestEngine> engines;
  const bool without_servers = environment("WINNOW_TEST_WITHOUT_SERVERS") == "1";
  const auto add = [&engines](const std::string& name) {
    for (const auto* version : {"1.1", "1.3", "2.0"}) engines.push_back({name, version});
  };
  if (!without_servers) add("postgresql");
  if (!environment("WINNOW_TEST_MYSQL_URL").empty()) add("mysql");
  engines.push_back({"sqlite", "1.1"});
  return engines;
}

TestDatabase::TestDatabase(std::unique_ptr<State> state) : state_(std::move(state)) {}
TestDatabase::TestDatabase(TestDatabase&&) noexcept = default;
TestDatabase& TestDatabase::operator=(TestDatabase&&) noexcept = default;
TestDatabase::~TestDatabase() = default;

TestDatabase TestDatabase::create(const TestEngine& engine) {
  return create(engine, environment(url_variable(engine)));
}

TestDatabase TestDatabase::create(const TestEngine& engine, const std::string& server_url) {
  auto state = std::make_unique<State>();
  state->create(engine, server_url);
  return TestDatabase(std::move(state));
}

const Settings& TestDatabase::settings() const {
  return state_->settings;
}

std::string TestDatabase::url() const {
  const auto& settings = state_->settings;
  if (settings.engine == database::Engine::sqlite) return "sqlite:" + settings.database;
  const bool postgres = settings.engine == database::Engine::postgresql;
  auto url = std::string(postgres ? "postgresql" : "mysql") + "://" +
             document::percent_encoded(settings.user) + ":" +
             document::percent_encoded(settings.password) + "@" + settings.host + ":" +
             std::to_string(settings.port);
  for (const auto& other : settings.other_hosts) {
    url += "," + other.name + ":" + std::to_string(other.port);
  }
  url += "/" + settings.database;
  char separator = '?';
  for (const auto& [name, value] : settings.options) {
    url += separator + name + "=" + document::percent_encoded(value);
    separator = '&';
  }
  return url;
}

std::unique_ptr<database::Connection> TestDatabase::connection() const {
  return connection(never());
}

std::unique_ptr<database::Connection> TestDatabase::connection(
    const Cancellation& cancellation) const {
  return require(database::connect(state_->settings, cancellation));
}

}  // namespace winnow::tests

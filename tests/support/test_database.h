// Fresh databases on the servers that the test run started, one per test.
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "database/connection.h"
#include "database/url/settings.h"

namespace winnow::tests {

struct TestEngine {
  std::string name;            // "postgresql", "mysql", "sqlite"
  std::string schema_version;  // Kestra's: "1.1", "1.3", "2.0"
};

// `postgresql_1_1`: also a test's name.
std::ostream& operator<<(std::ostream& stream, const TestEngine& engine);

// Every engine in every version of Kestra's schema. Servers are those that WINNOW_TEST_POSTGRES_URL
// and WINNOW_TEST_MYSQL_URL name, as an account that may create databases. PostgreSQL is always in
// the list, so that a run without its URL fails, unless WINNOW_TEST_WITHOUT_SERVERS=1 allows that;
// MySQL is in it if its URL is given.
std::vector<TestEngine> test_engines();
// The same with each engine once, for tests that make their own tables.
std::vector<TestEngine> test_drivers();
// Those of a list that are this engine; those that are a server, which SQLite is not.
std::vector<TestEngine> only(std::string_view name,
                             std::vector<TestEngine> engines = test_drivers());
std::vector<TestEngine> with_a_server(std::vector<TestEngine> engines = test_drivers());

// An empty database that is dropped with this object. Connections to it must be closed before.
class TestDatabase {
 public:
  // Throws what is wrong: the test fails with it.
  static TestDatabase create(const TestEngine& engine);
  // On the server that this URL names, as an account that may create databases.
  static TestDatabase create(const TestEngine& engine, const std::string& server_url);
  TestDatabase(TestDatabase&&) noexcept;
  TestDatabase& operator=(TestDatabase&&) noexcept;
  ~TestDatabase();

  const database::Settings& settings() const;
  std::string url() const;  // with the password, for programs that need a URL
  std::unique_ptr<database::Connection> connection() const;
  // One that the test can cancel.
  std::unique_ptr<database::Connection> connection(const Cancellation& cancellation) const;

 private:
  struct State;
  explicit TestDatabase(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace winnow::tests

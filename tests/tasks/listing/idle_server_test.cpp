// What becomes of a server while a listing's connection waits for the next one
// (`database.keep-alive`).
#include <gmock/gmock.h>

#include "database/kept_connection.h"
#include "database/target.h"
#include "tests/servers/own_server.h"
#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

// PostgreSQL's test servers lose what they confirmed just before a crash.
std::string options_of(const std::string& engine) {
  return engine == "postgresql" ? "synchronous_commit=on" : "";
}

struct WithOwnServer {
  const std::string engine = testing::WithParamInterface<TestEngine>::GetParam().name;
  OwnServer server{engine, options_of(engine)};
};

class IdleServer : protected WithOwnServer, public PurgeBed {
 protected:
  IdleServer() : PurgeBed(TestDatabase::create(GetParam(), server.url())) { add_executions(1); }

  tasks::TaskResult list() {
    auto settings = database_.settings();
    settings.target = database::Target::primary;
    TaskBed call(settings);
    call.policy.tenants = {"main"};
    call.kept = &kept_;
    return call.run("ListExecutions", Json::object());
  }
  void set_read_only(bool read_only) {
    const std::string value = read_only ? "on" : "off";
    if (on("mysql")) return say("SET GLOBAL read_only = " + value);
    say("ALTER SYSTEM SET default_transaction_read_only = " + value);
    say("SELECT pg_reload_conf()");
  }
  void set_password(const std::string& password) {
    say(on("mysql") ? "ALTER USER CURRENT_USER() IDENTIFIED BY '" + password + "'"
                    : "ALTER ROLE CURRENT_USER PASSWORD '" + password + "'");
  }

  database::KeptConnection kept_{std::chrono::minutes(10)};
};

TEST_P(IdleServer, IsFoundAsANewConnectionWouldFindIt) {
  EXPECT_EQ(require_result(list())["size"], 1);
  // A new password is no matter of a session that there is.
  set_password("another");
  EXPECT_EQ(require_result(list())["size"], 1);
  set_password(database_.settings().password);

  set_read_only(true);
  auto refused = list();
  while (refused) refused = list();  // PostgreSQL's sessions hear of it when they get to it
  EXPECT_EQ(refused.error().sqlstate, database::kNotTheTarget) << refused.error().message;
  set_read_only(false);
  auto served = list();
  while (!served && served.error().sqlstate == database::kNotTheTarget) served = list();
  EXPECT_EQ(require_result(served)["size"], 1);

  server.crash();
  EXPECT_EQ(require_result(list())["size"], 1);
}

INSTANTIATE_TEST_SUITE_P(Servers, IdleServer, testing::ValuesIn(with_a_server()),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(IdleServer);

}  // namespace
}  // namespace winnow::tests

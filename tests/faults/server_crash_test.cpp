// The database server itself is killed in the middle of a batch and comes back.
#include <gtest/gtest.h>

#include "tests/faults/fault_bed.h"
#include "tests/faults/message_proxy.h"
#include "tests/faults/tally.h"
#include "tests/servers/own_server.h"

namespace winnow::tests {
namespace {

class ServerCrash : public testing::TestWithParam<TestEngine> {};

// The tests' servers don't sync and lose confirmed commits in a crash; this database must not.
void keep_promises(FaultBed& bed) {
  if (bed.engine().name != "postgresql") return;
  const std::vector<database::Statement> statements{
      {.sql =
           "ALTER DATABASE " + bed.database().settings().database + " SET synchronous_commit = on",
       .parameters = {}}};
  ASSERT_TRUE(bed.connection().execute(statements, database::AfterBatch::commit));
  bed.let_go();
}

// MySQL accepts a password without TLS only from an account that has logged in with it since the
// server's start.
void log_in_by_tls(const FaultBed& bed) {
  static_cast<void>(bed.database().connection());
}

TEST_P(ServerCrash, TheRunWaitsForItAndItsCountsAreExact) {
  const OwnServer server(GetParam().name);
  FaultBed bed(GetParam(), server.url());
  keep_promises(bed);
  Tally tally("server killed in mid-batch", GetParam());
  const bool mysql = GetParam().name == "mysql";
  tally.run(cases(mysql ? 2 : 5, 200), [&](Case& tried) {
    bed.fill(tried.seed);
    const auto before = bed.look();
    bed.let_go();
    MessageProxy proxy(bed.database().settings());
    // From where the first batch begins on, up to somewhere in the third.
    proxy.harm(Harm::none, 1 + tried.pick(250), mysql ? "START TRANSACTION" : "BEGIN");
    proxy.on_chosen = [&] {
      server.crash();
      log_in_by_tls(bed);
    };
    const auto run = bed.run({.port = proxy.port()});
    if (run->prepare()) {
      proxy.start();
      run->run();
    }
    proxy.stop();
    tried.what = "at " + proxy.chosen();
    const auto& result = run->result();
    if (!run->close()) tried.found({"S7: the library can't be closed"});
    const auto after = bed.look();
    tried.found(bed.broken_now(after));
    tried.found(bed.miscounted(before, after, result.counters()));
    if (result.status != WINNOW_OK) tried.found({"it ended with " + result.json.dump()});
    tried.found(bed.finish());
    bed.let_go();
  });
}

// The whole server, and one of its sessions, after which the others are ended and the postmaster
// stays.
TEST_P(ServerCrash, ATransactionOfAnotherAfterTheCrashIsNotTakenForALostOne) {
  if (GetParam().name != "postgresql") GTEST_SKIP() << "MySQL tells nothing by a number";
  const OwnServer server(GetParam().name, "synchronous_commit=on");
  const auto database = TestDatabase::create(GetParam(), server.url());
  const std::vector<database::Statement> table{
      {.sql = "CREATE TABLE items AS SELECT 1 AS number", .parameters = {}},
      {.sql = "CREATE TABLE others AS SELECT 1 AS number", .parameters = {}}};
  const std::vector<database::Statement> deletion{{.sql = "DELETE FROM items", .parameters = {}}};
  const std::vector<database::Statement> other{{.sql = "DELETE FROM others", .parameters = {}}};
  ASSERT_TRUE(database.connection()->execute(table, database::AfterBatch::commit));
  const auto number_of = [](const std::string& name) { return std::stoll(name); };
  for (const auto crash : {&OwnServer::crash, &OwnServer::crash_a_session}) {
    const auto lost = database.connection();
    ASSERT_TRUE(lost->execute(deletion, database::AfterBatch::stay_open));
    const auto name = lost->transaction_name();
    (server.*crash)();
    const auto connection = database.connection();
    std::string next;
    do {
      ASSERT_TRUE(connection->execute(other, database::AfterBatch::stay_open));
      next = connection->transaction_name();
      ASSERT_TRUE(connection->execute({}, database::AfterBatch::commit));
    } while (number_of(next) < number_of(name));
    const auto known = connection->was_committed(name);
    ASSERT_TRUE(known) << known.error().message;
    EXPECT_NE(*known, true) << name << ", and then " << next;
  }
}

INSTANTIATE_TEST_SUITE_P(Servers, ServerCrash, testing::ValuesIn(with_a_server(fault_engines())),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ServerCrash);

}  // namespace
}  // namespace winnow::tests

// What a call waits for: round trips to the server, counted by a proxy in between, never a clock.
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/database/breaking_proxy.h"
#include "tests/support/kestra_rows.h"
#include "tests/support/require.h"
#include "tests/support/task_bed.h"
#include "tests/support/test_database.h"
#include "tools/sample/schema.h"

namespace winnow::tests {
namespace {

class RoundTrips : public testing::TestWithParam<TestEngine> {
 protected:
  RoundTrips()
      : database_(TestDatabase::create(GetParam())),
        connection_(database_.connection()),
        rows_(
            (require(sample::create_schema(*connection_, GetParam().schema_version)), *connection_),
            {"executions", "logs", "metrics"}),
        proxy_(database_.settings().host, database_.settings().port, "never sent",
               BreakingProxy::When::after_forwarding, BreakingProxy::How::hang_up),
        bed_(through_the_proxy()) {
    rows_.add_execution("e1", "company.team", "daily", "2026-02-01T12:00:00.000000Z");
    bed_.policy.tenants = {"main"};
  }

  database::Settings through_the_proxy() const {
    auto settings = database_.settings();
    settings.port = proxy_.port();
    return settings;
  }

  // Of the call alone, without connecting and disconnecting.
  int of(const std::string& task, const Json& parameters) {
    const auto connecting = counted([this] {
      const Cancellation never;
      static_cast<void>(require(database::connect(through_the_proxy(), never)));
    });
    return counted([&] { require_result(bed_.run(task, parameters)); }) - connecting;
  }

  // Until the proxy has seen the one connection's end.
  int counted(const std::function<void()>& call) {
    const auto before = proxy_.round_trips();
    const auto ended = proxy_.ended();
    call();
    while (proxy_.ended() == ended) std::this_thread::yield();
    return proxy_.round_trips() - before;
  }
  bool on(const std::string& dialect) const { return connection_->dialect().name() == dialect; }

  TestDatabase database_;
  std::unique_ptr<database::Connection> connection_;
  KestraRows rows_;
  BreakingProxy proxy_;
  TaskBed bed_;
};

// PostgreSQL: the page, with a look whether the catalog is as it was. MySQL: the session's set-up
// and the catalog, then the page, which is prepared because it binds values. The first time also
// the plan.
TEST_P(RoundTrips, OfAListingAreItsPageAndALookAtTheCatalog) {
  const int page = on("postgresql") ? 1 : 3;
  const int first = page + 2;
  for (const Json& parameters :
       {Json{{"deleted", true}}, Json{{"fetchType", "NONE"}}, Json{{"namespace", "company.team"}},
        Json{{"namespace", "nobody.at.all"}, {"size", 1}}}) {
    EXPECT_LE(of("ListExecutions", parameters), first) << parameters.dump();
    EXPECT_EQ(of("ListExecutions", parameters), page) << parameters.dump();
  }
}

// In total, except the farewell, for which nobody waits.
TEST_P(RoundTrips, OfAListingWithTheLogIn) {
  const Json parameters = {{"namespace", "nobody.at.all"}, {"size", 1}};
  require_result(bed_.run("ListExecutions", parameters));
  const int farewell = 1;
  EXPECT_LE(counted([&] { require_result(bed_.run("ListExecutions", parameters)); }) - farewell,
            on("postgresql") ? 5 : 6);
}

// The catalog, a query for a batch and one for rows that others had locked, per value of `deleted`,
// and the end of the transaction.
TEST_P(RoundTrips, OfAPurgeThatFindsNothing) {
  const Json purge = {{"endDate", "2020-01-01T00:00:00Z"}, {"purgeStorage", false}};
  const auto first = of("PurgeExecutions", purge);
  const auto again = of("PurgeExecutions", purge);
  RecordProperty("first", first);
  RecordProperty("again", again);
  EXPECT_LT(again, first);
  // With a log-in of four round trips on PostgreSQL, and of three on MySQL by TLS, 7 and 8.
  EXPECT_LE(again, on("postgresql") ? 3 : 5);
  // The first call in a process explains its statements, all at once; on MySQL it also counts the
  // small tables that they scan, and queries its rights if a table is missing. On a busy machine
  // PostgreSQL replies to the first EXPLAINs before the last have been sent, and so does MySQL,
  // whose deletions have their keys written out.
  EXPECT_LE(first, on("postgresql") ? 5 : 10);
}

INSTANTIATE_TEST_SUITE_P(Servers, RoundTrips, testing::ValuesIn(with_a_server()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

// Dependents that are marked deleted: Kestra marks none, so batches look for them only if there
// were some when the purge began, and the second look finds those that were added meanwhile.
#include <algorithm>
#include <thread>

#include <gmock/gmock.h>

#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::IsEmpty;

class PurgeMarked : public PurgeBed {
 protected:
  // A log that is marked deleted, if logs can be.
  void add_marked_log(const std::string& execution) {
    const Json value{
        {"executionId", execution}, {"tenantId", "main"}, {"namespace", "company.team"},
        {"flowId", "daily"},        {"level", "INFO"},    {"message", "done"},
        {"timestamp", kEnd},        {"deleted", true}};
    rows_.execute(
        {rows_.insertion("logs", {{"key", "marked-" + execution}, {"value", value.dump()}})});
  }

  bool logs_can_be_marked() const {
    return rows_.schema().table("logs")->column("deleted") != nullptr;
  }

  // How many logs were deleted when the last batch was committed, before the second look.
  std::int64_t logs_of_batches() const {
    const auto events = bed_.host.events();
    return events.empty() ? 0 : events.back()["counters"]["logsCount"].get<std::int64_t>();
  }

  // By batches of one execution each; `after` is called once that many are committed.
  Json purge(int after, const std::function<void()>& act, const Json& more = Json::object()) {
    bed_.host.on_event = [after, act](const Json& event) {
      if (event.value("batch", 0) == after) act();
    };
    return require_result(
        bed_.run("PurgeExecutions", with(with(kPurge, {{"batchSize", 1}}), more)));
  }
};

TEST_P(PurgeMarked, GoWithTheirExecutionsWhereSomeWereThereBefore) {
  add_executions(8);
  for (int i = 0; i < 8; ++i) add_marked_log("e" + std::to_string(i));
  const auto result = purge(1, [] {});
  EXPECT_EQ(logs_of_batches(), 24);
  EXPECT_EQ(result["logsCount"], 24);
  EXPECT_THAT(rows_.keys("logs"), IsEmpty());
}

TEST_P(PurgeMarked, GoByTheSecondLookWhereTheyCameMeanwhile) {
  add_executions(8);
  const auto result = purge(4, [&] {
    add_marked_log("e0");
    add_marked_log("e7");
  });
  EXPECT_EQ(result["logsCount"], 18);
  EXPECT_THAT(rows_.keys("logs"), IsEmpty());
  if (logs_can_be_marked()) {
    EXPECT_EQ(logs_of_batches(), 16) << "batches looked for them: cost without use";
  }
}

TEST_P(PurgeMarked, GoWithTheirExecutionsWhereNoSecondLookFollows) {
  add_executions(8);
  const auto result = purge(4,
                            [&] {
                              for (int i = 0; i < 8; ++i) add_marked_log("e" + std::to_string(i));
                            },
                            {{"purgeExecution", false}});
  EXPECT_EQ(result["logsCount"], 16 + 4);
  EXPECT_EQ(rows_.keys("logs").size(), 4U);
}

TEST_P(PurgeMarked, GoByTheSecondLookOfSeveralConnections) {
  add_executions(60);
  bed_.connections = 3;
  const auto result = purge(30, [&] {
    for (int i = 0; i < 60; ++i) add_marked_log("e" + std::to_string(i));
  });
  EXPECT_EQ(result["logsCount"], 180);
  EXPECT_THAT(rows_.keys("logs"), IsEmpty());
}

// Another session keeps the table for itself, and the question is cancelled while it waits.
TEST_P(PurgeMarked, GoWithTheirExecutionsWhereTheServerDidNotTell) {
  if (connection_->dialect().name() != "postgresql" || !logs_can_be_marked()) GTEST_SKIP();
  add_executions(8);
  const auto other = database_.connection();
  const database::Statement lock{.sql = "LOCK TABLE logs", .parameters = {}};
  std::thread purging([&] {
    purge(2, [&] {
      for (int i = 2; i < 8; ++i) add_marked_log("e" + std::to_string(i));
      require(other->begin());
      require(other->execute({&lock, 1}, database::AfterBatch::stay_open));
    });
  });
  const auto own = database_.connection();
  const database::Statement cancel{
      .sql =
          "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
          "AND wait_event_type = 'Lock'",
      .parameters = {}};
  bool cancelled = false;
  while (!cancelled) {
    require(own->query(cancel, [&](const database::Row&) { return cancelled = true; }));
  }
  require(other->rollback());
  purging.join();
  EXPECT_EQ(logs_of_batches(), 22);
  EXPECT_THAT(rows_.keys("logs"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Engines, PurgeMarked, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

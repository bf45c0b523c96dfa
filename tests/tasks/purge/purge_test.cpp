// What a purge promises besides the selection (the oracle's part): locks, late writes, files,
// cancel.
#include <thread>

#include <gmock/gmock.h>

#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// A storage that keeps the files of one execution and has two of every other.
class StubbornStorage : public storage::Storage {
 public:
  explicit StubbornStorage(std::string stubborn) : stubborn_(std::move(stubborn)) {}

  std::vector<storage::Removed> remove(std::span<const storage::ExecutionFolder> folders,
                                       const Cancellation&, storage::Deadline) override {
    std::vector<storage::Removed> removed;
    for (const auto& folder : folders) {
      storage::Removed one{.files = 2, .failure = std::nullopt};
      if (folder.execution == stubborn_) {
        one = {.files = 0,
               .failure = Failure{.kind = FailureKind::storage,
                                  .message = "/files/" + stubborn_ + "/a.txt can't be removed"}};
      }
      removed.push_back(std::move(one));
    }
    return removed;
  }
  std::vector<storage::Removed> count(std::span<const storage::ExecutionFolder> folders,
                                      const Cancellation& cancellation) override {
    return remove(folders, cancellation, storage::kNoDeadline);
  }

 private:
  std::string stubborn_;
};

class Purge : public PurgeBed {};

TEST_P(Purge, FindsNothingWhenItRunsAgain) {
  add_executions(3);
  const auto first = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(first["executionsCount"], 3);
  EXPECT_EQ(first["logsCount"], 6);
  EXPECT_EQ(first["metricsCount"], 6);
  TaskBed again(database_.settings());
  const auto second = require_result(again.run("PurgeExecutions", kPurge));
  EXPECT_EQ(second["executionsCount"], 0);
  EXPECT_EQ(second["batches"], 0);
}

TEST_P(Purge, IsFoundByKestrasOwnTypeNames) {
  add_executions(1);
  EXPECT_EQ(require_result(bed_.run("io.kestra.plugin.core.execution.PurgeExecutions",
                                    kPurge))["executionsCount"],
            1);
}

TEST_P(Purge, NeverTakesMoreThanBatchSizeInATransaction) {
  add_executions(10);
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 4}})));
  EXPECT_GE(result["batches"],
            3);  // more on a slow machine: batches shrink to meet a target time
  for (const auto& event : bed_.host.events()) EXPECT_LE(event.value("rows", 0), 4);
}

TEST_P(Purge, TakesWhatAnotherSessionHeldOnceItIsFree) {
  if (!is_server()) GTEST_SKIP() << "a SQLite transaction locks the whole database";
  add_executions(4);
  const auto other = holder("executions", "e1");
  bed_.host.on_event = [&](const Json&) { static_cast<void>(other->rollback()); };
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", kPurge))["executionsCount"], 4);
  EXPECT_THAT(rows_.keys("executions"), IsEmpty());
}

// On MySQL a DELETE that compares all rows waits for each locked one: no index finds an execution's
// delayed messages, and the one on queues only finds them by type and key.
TEST_P(Purge, DoesNotWaitForADependentOfAnotherExecution) {
  if (!is_server()) GTEST_SKIP() << "a SQLite transaction locks the whole database";
  const bool has_messages = GetParam().schema_version != "2.0";
  add_executions(2);
  for (const std::string execution : {"e0", "running"}) {
    const Json message{{"executionId", execution}, {"date", kEnd}};
    rows_.execute({rows_.insertion("executordelayed",
                                   {{"key", "of-" + execution}, {"value", message.dump()}})});
    if (!has_messages) continue;
    rows_.execute(
        {rows_.insertion("queues", {{"type", "io.kestra.core.models.executions.Execution"},
                                    {"key", execution},
                                    {"value", Json{{"id", execution}}.dump()}})});
  }
  const auto delayed = holder("executordelayed", "of-running");
  const auto queued = has_messages ? holder("queues", "running") : nullptr;
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 2);
  EXPECT_EQ(result["retries"], 0);
  require(delayed->rollback());
  EXPECT_THAT(rows_.keys("executordelayed"), ElementsAre("of-running"));
  if (!has_messages) return;
  require(queued->rollback());
  EXPECT_THAT(rows_.keys("queues"), ElementsAre("running"));
}

TEST_P(Purge, RemovesALogThatIsWrittenAfterItsExecutionWent) {
  add_executions(2);
  bool written = false;
  bed_.host.on_event = [&](const Json&) {
    if (!std::exchange(written, true)) rows_.add_log("late", "e0");
  };
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", kPurge))["logsCount"], 5);
  EXPECT_THAT(rows_.keys("logs"), IsEmpty());
}

// PostgreSQL then knows that most executions were deleted, and scans each table once: each
// connection a share of its pages.
TEST_P(Purge, RemovesALateLogWhereMostExecutionsWent) {
  add_executions(150);
  bed_.connections = is_server() ? 2 : 1;
  if (on("postgresql")) say("ANALYZE");
  bool written = false;
  bed_.host.on_event = [&](const Json&) {
    if (std::exchange(written, true)) return;
    rows_.add_log("late", "e0");
    rows_.add_log("of-another", "stays");
  };
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 150);
  EXPECT_EQ(result["logsCount"], 301);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("of-another"));
}

// A small table is read once; batches look there only for executions that had rows then.
TEST_P(Purge, TakesOutOfASmallTableWhatWasThereAndWhatCameMeanwhile) {
  add_executions(8);
  const auto write = [&](const std::string& execution) {
    const Json value{{"executionId", execution}, {"slaId", "s"}, {"deadline", kEnd}};
    rows_.execute({rows_.insertion("sla_monitor", {{"key", execution}, {"value", value.dump()}})});
  };
  for (const auto* execution : {"e0", "e7", "of-another"}) write(execution);
  if (on("postgresql")) say("ANALYZE");
  bed_.host.on_event = [&](const Json& event) {
    if (event.value("batch", 0) != 4) return;
    write("e1");
    write("e6");
  };
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 1}})));
  EXPECT_EQ(result["dependentsCount"], 4);
  EXPECT_THAT(rows_.keys("sla_monitor"), ElementsAre("of-another"));
  if (on("postgresql")) {
    EXPECT_EQ(bed_.host.events().back()["counters"]["dependentsCount"], 2)
        << "batches looked for them: cost without use";
  }
}

// Rows are identified by their address, and a table that inherits has rows at the same addresses.
TEST_P(Purge, LeavesRowsOfATableThatInherits) {
  if (!on("postgresql")) GTEST_SKIP() << "no inheritance";
  add_executions(3);
  say("CREATE TABLE archived () INHERITS (executions)");
  say("INSERT INTO archived (key, value) SELECT 'of-another-' || key, "
      "value || jsonb_build_object('tenantId', 'other', 'id', 'of-another-' || key) FROM ONLY "
      "executions");
  for (const bool with_files : {false, true}) {
    if (with_files) {
      add_executions(3);
      bed_.storage = std::make_unique<StubbornStorage>("none");
    }
    EXPECT_EQ(require_result(bed_.run("PurgeExecutions", kPurge))["executionsCount"], 3);
    EXPECT_THAT(rows_.keys("executions"),
                UnorderedElementsAre("of-another-e0", "of-another-e1", "of-another-e2"));
  }
}

// What the probe could not know: a row that its lock does not lead to its end keeps all that
// belongs to it.
TEST_P(Purge, NamesARowThatATriggerKeepsSinceTheRunBegan) {
  if (!on("postgresql")) GTEST_SKIP() << "another server's triggers keep no row, or refuse it";
  add_executions(8);
  bed_.storage = std::make_unique<StubbornStorage>("none");
  bed_.host.on_event = [&](const Json& event) {
    if (event.value("batch", 0) != 1) return;
    say("CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN IF OLD.key = ''e6'' THEN RETURN NULL; END IF; RETURN OLD; END'");
    say("CREATE TRIGGER keep BEFORE DELETE ON executions FOR EACH ROW EXECUTE FUNCTION keep()");
  };
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 3}})));
  EXPECT_EQ(result["executionsCount"], 7);
  EXPECT_EQ(result["skippedCount"], 1);
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("e6"));
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("e6-0", "e6-1"));
}

TEST_P(Purge, LeavesTheChildrenOfAnExecutionThatCameBack) {
  add_executions(1);
  bool written = false;
  bed_.host.on_event = [&](const Json&) {
    if (std::exchange(written, true)) return;
    rows_.add_execution("e0", "company.team", "daily", "2026-03-01T00:00:00.000000Z", 1);
  };
  require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("e0"));
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("e0-0"));
}

TEST_P(Purge, KeepsTheRowsOfAnExecutionWhoseFilesStay) {
  add_executions(3);
  bed_.storage = std::make_unique<StubbornStorage>("e1");
  const auto result = bed_.run("PurgeExecutions", kPurge);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::storage);
  EXPECT_THAT(result.error().message, HasSubstr("/files/e1/a.txt"));
  EXPECT_EQ(result.error().done["executionsCount"], 2);
  EXPECT_EQ(result.error().done["storagesCount"], 4);
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("e1"));
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("e1-0", "e1-1"));
}

// C8: a file that stays does not end the wait of others.
TEST_P(Purge, WaitsForARowThatOthersHoldThoughFilesOfAnotherStay) {
  if (!is_server()) GTEST_SKIP() << "a SQLite transaction locks the whole database";
  add_executions(3);
  bed_.storage = std::make_unique<StubbornStorage>("e1");
  const auto other = holder("executions", "e2");
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] == "waiting") require(other->rollback());
  };
  const auto result = bed_.run("PurgeExecutions", kPurge);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::storage);
  EXPECT_EQ(result.error().done["executionsCount"], 2);
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("e1"));
}

TEST_P(Purge, LeavesProtectedNamespacesAndThoseThatAreNotAllowed) {
  rows_.add_execution("a", "company", "daily", kEnd);
  rows_.add_execution("b", "company.billing", "daily", kEnd);
  rows_.add_execution("c", "company.billing.eu", "daily", kEnd);
  rows_.add_execution("d", "company.team.deep", "daily", kEnd);
  rows_.add_execution("e", "other", "daily", kEnd);
  rows_.add_execution("f", "one.level", "daily", kEnd);
  rows_.add_execution("g", "one.level.more", "daily", kEnd);
  bed_.policy.allow = {"company.**", "one.*"};
  bed_.policy.protect = {"company.billing"};
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", kPurge))["executionsCount"], 3);
  EXPECT_THAT(rows_.keys("executions"), UnorderedElementsAre("b", "c", "e", "g"));
  for (const char* name_space : {"company.billing", "company.billing.eu", "other"}) {
    const auto refused = bed_.run("PurgeExecutions", with(kPurge, {{"namespace", name_space}}));
    ASSERT_FALSE(refused) << name_space;
    EXPECT_EQ(refused.error().kind, FailureKind::denied);
    EXPECT_EQ(refused.error().pointer, "/namespace");
  }
}

TEST_P(Purge, RefusesATenantThatThePolicyDoesNotGive) {
  const auto refused = bed_.run("PurgeExecutions", with(kPurge, {{"tenant", "other"}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, FailureKind::denied);
  EXPECT_EQ(refused.error().pointer, "/tenant");
}

TEST_P(Purge, SaysWhatWasCommittedWhenItIsCancelledAndARerunFinishes) {
  add_executions(6);
  bed_.host.on_event = [&](const Json&) { bed_.cancellation.request(); };
  const auto result = bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 2}}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::cancelled);
  EXPECT_EQ(result.error().done["executionsCount"], 2);
  EXPECT_EQ(rows_.keys("executions").size(), 4U);
  EXPECT_EQ(rows_.keys("logs").size(), 8U);
  TaskBed again(database_.settings());
  EXPECT_EQ(require_result(again.run("PurgeExecutions", kPurge))["executionsCount"], 4);
  EXPECT_THAT(rows_.keys("logs"), IsEmpty());
}

TEST_P(Purge, SharesABacklogBetweenTwoRuns) {
  add_executions(60);
  TaskBed second(database_.settings());
  Json other;
  std::thread thread([&] {
    other = require_result(second.run("PurgeExecutions", with(kPurge, {{"batchSize", 3}})));
  });
  const auto own = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 3}})));
  thread.join();
  for (const auto& [counter, total] : std::map<std::string, int>{
           {"executionsCount", 60}, {"logsCount", 120}, {"metricsCount", 120}}) {
    EXPECT_EQ(own[counter].get<int>() + other[counter].get<int>(), total) << counter;
  }
  EXPECT_THAT(rows_.keys("executions"), IsEmpty());
}

TEST_P(Purge, NamesTheTableThatIsMissingAndDeletesNothing) {
  add_executions(1);
  rows_.execute({database::SqlWriter(connection_->dialect())
                     .text("DROP TABLE ")
                     .table(*rows_.schema().table("metrics"))
                     .take()});
  const auto result = bed_.run("PurgeExecutions", kPurge);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::schema);
  EXPECT_THAT(result.error().message, HasSubstr("metrics"));
  EXPECT_EQ(rows_.keys("executions").size(), 1U);
}

TEST_P(Purge, TakesABatchByThePrimaryKey) {
  if (on("postgresql")) {
    // It reads so small a table as a whole.
    say("ALTER DATABASE " + connection_->dialect().quoted(database_.settings().database) +
        " SET enable_seqscan = off");
  }
  const auto plan =
      require_result(bed_.plan("PurgeExecutions", with(kPurge, {{"flowId", "daily"}})));
  int looked_at = 0;
  for (const auto& statement : plan["statements"]) {
    if (statement["purpose"] != "lock executions" &&
        statement["purpose"] != "delete from executions") {
      continue;
    }
    ++looked_at;
    EXPECT_THAT(statement["indexes"], ElementsAre(testing::AnyOf("executions_pkey", "PRIMARY",
                                                                 "sqlite_autoindex_executions_1")))
        << statement["sql"];
  }
  // PostgreSQL locks and deletes in one statement.
  EXPECT_EQ(looked_at, on("postgresql") ? 1 : 2);
}

TEST_P(Purge, OfLogsTellsThoseOfExecutionsFromThoseOfTriggers) {
  add_executions(1);
  const Json trigger{{"tenantId", "main"}, {"namespace", "company.team"},
                     {"flowId", "daily"},  {"triggerId", "hourly"},
                     {"timestamp", kEnd},  {"level", "WARN"},
                     {"message", "fired"}, {"deleted", false}};
  rows_.execute({rows_.insertion("logs", {{"key", "trigger"}, {"value", trigger.dump()}})});
  const auto kept = bed_.run(
      "PurgeLogs", with(kPurge, {{"purgeNonExecutionLogs", false}, {"logLevels", {"WARN"}}}));
  EXPECT_EQ(require_result(kept)["count"], 0);
  const auto triggers = bed_.run("PurgeLogs", with(kPurge, {{"purgeExecutionLogs", false}}));
  EXPECT_EQ(require_result(triggers)["count"], 1);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("e0-0", "e0-1"));
  const auto early = bed_.run("PurgeLogs", {{"endDate", "2025-12-31T23:59:59.999999Z"}});
  EXPECT_EQ(require_result(early)["count"], 0);
  EXPECT_EQ(require_result(bed_.run("PurgeLogs", {{"endDate", kEnd}}))["count"], 2);
}

TEST_P(Purge, OfLogsTakesManyOfOneMomentInSmallBatches) {
  add_executions(10);
  const auto result = require_result(bed_.run("PurgeLogs", with(kPurge, {{"batchSize", 3}})));
  EXPECT_EQ(result["count"], 20);
  EXPECT_EQ(result["batches"], 7);
  EXPECT_THAT(rows_.keys("logs"), IsEmpty());
}

TEST_P(Purge, OfMetricsGoesByNameAndDate) {
  add_executions(2);
  EXPECT_EQ(require_result(bed_.run("PurgeMetrics", with(kPurge, {{"names", {"other"}}})))["count"],
            0);
  EXPECT_EQ(
      require_result(bed_.run("PurgeMetrics",
                              with(kPurge, {{"names", {"rows"}}, {"executionId", "e1"}})))["count"],
      2);
  EXPECT_THAT(rows_.keys("metrics"), ElementsAre("e0-0", "e0-1"));
  EXPECT_EQ(rows_.keys("executions").size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Engines, Purge, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

// Receipts of purges: the content of the file, when each receipt is written, and how a run handles
// the file of another one.
#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>

#include "tests/tasks/purge/bed.h"
#include "tests/tasks/purge/broken_link.h"
#include "tests/tasks/receipts/receipts_file.h"

namespace winnow::tests {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct ReceiptBed : TaskBed {
  ReceiptBed(database::Settings database, tasks::ReceiptSettings wanted)
      : TaskBed(std::move(database)) {
    policy.tenants = {"main"};
    receipts = std::move(wanted);
  }
};

class ReceiptsTest : public PurgeBed {
 protected:
  ReceiptsTest() { bed_.receipts = settings(); }

  tasks::ReceiptSettings settings() const { return {.file = file_.path()}; }
  ReceiptBed other_bed() const { return {database_.settings(), settings()}; }
  tasks::TaskResult verify(bool database = true) {
    return other_bed().run("VerifyReceipts", {{"database", database}});
  }
  Json verified(bool database = true) { return require_result(verify(database)); }

  ReceiptsFile file_;
};

TEST_P(ReceiptsTest, AreWrittenBeforeEachCommitAndConfirmedAfterIt) {
  add_executions(6);
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 3}})));
  EXPECT_THAT(file_.kinds(),
              ElementsAre("begin", "batch", "committed", "batch", "committed", "end"));
  const auto records = file_.records();
  const auto& batch = records[1];
  EXPECT_EQ(batch["sequence"], 1);
  EXPECT_EQ(batch["task"], "PurgeExecutions");
  EXPECT_EQ(batch["table"], "executions");
  EXPECT_EQ(batch["rows"], 3);
  EXPECT_EQ(batch["first"], "e0");
  EXPECT_EQ(batch["last"], "e2");
  // printf 'e0\ne1\ne2\n' | sha256sum
  EXPECT_EQ(batch["keysSha256"],
            "8595101e9a05b7128018cec75e005bdc53217341b327ea2c5c19586d97645a8a");
  EXPECT_EQ(batch["counts"]["logsCount"], 6);
  EXPECT_EQ(batch["cutoff"], "2026-02-01T00:00:00.000000Z");
  EXPECT_EQ(batch["run"], result["receipts"]["run"]);
  EXPECT_FALSE(batch.contains("keys"));
  const auto& end = records.back();
  EXPECT_EQ(end["ended"], "done");
  EXPECT_EQ(end["committed"], 2);
  EXPECT_EQ(end["counts"]["executionsCount"], 6);
  EXPECT_EQ(end["cutoff"], "2026-02-01T00:00:00.000000Z");
  EXPECT_EQ(end["parameters"]["endDate"], "2026-02-01T00:00:00Z");
  EXPECT_NE(end["user"], "");
  EXPECT_NE(end["host"], "");
  const auto proof = verified();
  EXPECT_EQ(proof["valid"], true);
  EXPECT_EQ(proof["rows"], 6);
  EXPECT_EQ(proof["counts"]["logsCount"], 12);
  EXPECT_EQ(proof["inDoubt"], 0);
  EXPECT_EQ(proof["head"], result["receipts"]["head"]);
}

TEST_P(ReceiptsTest, AreWithTheHostWhileTheRowsAreThereStill) {
  add_executions(2);
  bed_.receipts = {.file = {}, .events = true};
  const auto other = database_.connection();
  KestraRows seen(*other, {"executions"});
  std::map<std::string, std::size_t> rows;
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] != "receipt") return;
    const auto record = Json::parse(event["line"].get<std::string>());
    rows[record["receipt"].get<std::string>()] = seen.keys("executions").size();
  };
  require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(rows["batch"], 2U);
  EXPECT_EQ(rows["committed"], 0U);
  EXPECT_EQ(rows.count("end"), 1U);
  EXPECT_TRUE(file_.lines().empty());
}

TEST_P(ReceiptsTest, ListTheKeysOnRequest) {
  add_executions(3);
  bed_.receipts->full_keys = true;
  require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(file_.records()[1]["keys"], Json({"e0", "e1", "e2"}));
  EXPECT_EQ(verified()["checkedKeys"], 3);
}

TEST_P(ReceiptsTest, OfADryRunAndAPlanAreNone) {
  add_executions(2);
  require_result(bed_.run("PurgeExecutions", with(kPurge, {{"dryRun", true}})));
  require_result(bed_.plan("PurgeExecutions", kPurge));
  EXPECT_TRUE(file_.lines().empty());
}

TEST_P(ReceiptsTest, TellOfRowsThatAreWrittenLate) {
  add_executions(2);
  bed_.host.on_event = [&](const Json& event) {
    if (event.value("batch", 0) == 1) rows_.add_log("late", "e1");
  };
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["logsCount"], 5);
  EXPECT_THAT(file_.kinds(),
              ElementsAre("begin", "batch", "committed", "batch", "committed", "end"));
  const auto late = file_.records()[3];
  EXPECT_EQ(late["dependentsOnly"], true);
  EXPECT_EQ(late["counts"]["logsCount"], 1);
  const auto proof = verified();
  EXPECT_EQ(proof["rows"], 2);
  EXPECT_EQ(proof["counts"]["logsCount"], 5);
}

TEST_P(ReceiptsTest, OfDependentsAloneTellThatTheirExecutionsStay) {
  add_executions(2);
  require_result(bed_.run("PurgeExecutions", with(kPurge, {{"purgeExecution", false}})));
  const auto batch = file_.records()[1];
  EXPECT_EQ(batch["dependentsOnly"], true);
  EXPECT_EQ(batch["counts"]["logsCount"], 4);
  const auto proof = verified();
  EXPECT_EQ(proof["rows"], 0);
  EXPECT_EQ(proof["uncheckedBatches"], 1);
  EXPECT_THAT(proof["notes"].dump(), HasSubstr("no record has the key of a row"));
}

// That none of the rows is in some other database proves nothing.
TEST_P(ReceiptsTest, AreNotProvenByAnotherDatabase) {
  add_executions(2);
  require_result(bed_.run("PurgeExecutions", kPurge));
  const auto another = TestDatabase::create(GetParam());
  require(sample::create_schema(*another.connection(), GetParam().schema_version));
  ReceiptBed other(another.settings(), settings());
  const auto refused = other.run("VerifyReceipts", {{"database", true}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, FailureKind::configuration);
  EXPECT_THAT(refused.error().message,
              HasSubstr("1 of 1 committed batches are of another database"));
  EXPECT_EQ(refused.error().done["valid"], false);
  EXPECT_EQ(refused.error().done["uncheckedBatches"], 1);
  const auto connection = another.connection();
  KestraRows rows(*connection, {"executions", "logs", "metrics"});
  rows.add_execution("x", "company.team", "daily", kEnd);
  require_result(other.run("PurgeExecutions", kPurge));
  const auto proof = require_result(other.run("VerifyReceipts", {{"database", true}}));
  EXPECT_GT(proof["checkedKeys"], 0);
  EXPECT_THAT(proof["notes"].dump(), HasSubstr("1 of 2 committed batches are of another database"));
}

TEST_P(ReceiptsTest, OfRulesAreOneRun) {
  add_executions(2);
  require_result(
      bed_.run("ApplyRetention",
               {{"rules",
                 {{{"match", {{"namespace", "held"}}}, {"keep", "forever"}},
                  {{"match", {{"namespace", "company.**"}}}, {"keep", {{"age", "P1D"}}}}}},
                {"logs", {{{"match", {{"levels", {"INFO"}}}}, {"keep", {{"age", "P1D"}}}}}}}));
  const auto proof = verified();
  EXPECT_EQ(proof["runs"], 1);
  EXPECT_EQ(proof["rows"], 2);
  EXPECT_EQ(file_.records().front()["task"], "ApplyRetention");
  EXPECT_EQ(file_.records()[1]["task"], "PurgeExecutions");
  EXPECT_EQ(file_.records()[1]["rule"], "/rules/1");
}

TEST_P(ReceiptsTest, OfLogsNameTheirTable) {
  add_executions(1);
  require_result(bed_.run("PurgeLogs", {{"endDate", "2026-02-01T00:00:00Z"}}));
  const auto batch = file_.records()[1];
  EXPECT_EQ(batch["table"], "logs");
  EXPECT_EQ(batch["rows"], 2);
  const auto proof = verified();
  EXPECT_EQ(proof["rows"], 2);
  EXPECT_EQ(proof["counts"].value("logsCount", 0), 2) << proof;
}

TEST_P(ReceiptsTest, OfASecondRunChainOn) {
  add_executions(1);
  require_result(bed_.run("PurgeExecutions", kPurge));
  auto again = other_bed();
  require_result(again.run("PurgeExecutions", kPurge));
  EXPECT_THAT(file_.kinds(), ElementsAre("begin", "batch", "committed", "end", "begin", "end"));
  EXPECT_EQ(verified()["runs"], 2);
}

TEST_P(ReceiptsTest, LetASecondRunWaitForTheFirst) {
  add_executions(2);
  auto second = other_bed();
  std::thread beside;
  std::atomic<bool> waits{false};
  second.host.on_log = [&](const std::string& text) {
    if (text.find("which another run has (the last that began: PurgeExecutions of ") !=
        std::string::npos)
      waits = true;
  };
  tasks::TaskResult result;
  bed_.host.on_event = [&](const Json&) {
    if (beside.joinable()) return;
    beside = std::thread([&] { result = second.run("PurgeLogs", kPurge); });
    while (!waits) std::this_thread::yield();
  };
  require_result(bed_.run("PurgeExecutions", kPurge));
  beside.join();
  require_result(result);
  EXPECT_EQ(verified()["runs"], 2);
}

TEST_P(ReceiptsTest, EndWithTheReasonOfAFailure) {
  add_executions(3);
  bed_.policy.max_executions = 2;
  const auto result = bed_.run("PurgeExecutions", kPurge);
  ASSERT_FALSE(result);
  const auto end = file_.records().back();
  EXPECT_EQ(end["ended"], "LIMIT");
  EXPECT_EQ(end["because"], result.error().message);
  EXPECT_EQ(end["batches"], 0);
}

// A run that was killed while it wrote.
TEST_P(ReceiptsTest, CutATornLineOffAndSaySo) {
  add_executions(2);
  require_result(bed_.run("PurgeExecutions", with(kPurge, {{"endDate", "2025-01-01T00:00:00Z"}})));
  file_.append(R"({"receipt":"committed","run":"12)");
  EXPECT_EQ(verified()["torn"], 32);
  auto again = other_bed();
  require_result(again.run("PurgeExecutions", kPurge));
  EXPECT_THAT(again.host.logs(), Contains(HasSubstr("32 bytes behind the last whole record")));
  EXPECT_THAT(file_.kinds(),
              ElementsAre("begin", "end", "torn", "begin", "batch", "committed", "end"));
  EXPECT_EQ(file_.records()[2]["bytes"], 32);
  EXPECT_FALSE(verified().contains("torn"));
}

TEST_P(ReceiptsTest, AreNotAppendedToAFileOfSomethingElse) {
  add_executions(1);
  for (const auto* text : {"root:x:0:0\n", "\n", "root", "{}\n"}) {
    file_.write(text);
    const auto result = bed_.run("PurgeExecutions", kPurge);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::storage);
    EXPECT_THAT(result.error().message, HasSubstr("is no file of receipts"));
    EXPECT_EQ(file_.text(), text);
  }
  EXPECT_EQ(rows_.keys("executions").size(), 1U);
}

TEST_P(ReceiptsTest, ProveThatNoRecordWasChanged) {
  add_executions(4);
  require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 2}})));
  const auto lines = file_.lines();
  const auto refused = [&](std::vector<std::string> changed, const std::string& reason) {
    file_.write(changed);
    const auto result = verify();
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr(reason));
    EXPECT_EQ(result.error().done["valid"], false);
  };
  auto changed = lines;
  const auto at = changed[1].find("\"rows\":2");
  changed[1].replace(at, 8, "\"rows\":1");
  refused(changed, ":3: `previous` is not the hash of line 2");
  changed = lines;
  changed.erase(changed.begin() + 2);
  refused(changed, ":3: `previous` is not the hash of line 2");
  changed = lines;
  changed.erase(changed.begin());
  refused(changed, ":1: `previous` of the first record is not all zeros");
  changed = lines;
  std::swap(changed[1], changed[3]);
  refused(changed, ":2: `previous` is not the hash of line 1");
  changed = lines;
  changed[2] = "nonsense";
  refused(changed, ":3: this is no receipt");
  file_.write(lines);
  EXPECT_EQ(verified()["valid"], true);
}

TEST_P(ReceiptsTest, ProveThatTheRowsAreDeleted) {
  add_executions(3);
  require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(verified()["presentCount"], 0);
  rows_.add_execution("e2", "company.team", "daily", kEnd);
  const auto result = verify();
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr(":2: \"e2\" is in table \"executions\""));
  EXPECT_EQ(result.error().done["presentCount"], 1);
  EXPECT_EQ(verified(false)["valid"], true);
}

// A file that can't be written ends the run before the batch is committed.
TEST_P(ReceiptsTest, EndTheRunWhereTheyCanNotBeKept) {
  add_executions(1);
  bed_.receipts->file = file_.path() + "/no/folder";
  const auto result = bed_.run("PurgeExecutions", kPurge);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::storage);
  EXPECT_EQ(rows_.keys("executions").size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Engines, ReceiptsTest, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

// The reply to a COMMIT is lost.
class ReceiptInDoubt : public ReceiptsTest {
 protected:
  void SetUp() override { add_executions(4); }

  ReceiptBed breaking_bed(const BreakingProxy& proxy) const {
    return {through(proxy.port(), database_.settings()), settings()};
  }
  BreakingProxy proxy(BreakingProxy::When when) const {
    return breaking_at_commit(database_.settings(), when);
  }
  // The operator ends the run before it can look what became of its COMMIT.
  void end_in_doubt(BreakingProxy::When when) {
    auto breaking = proxy(when);
    auto bed = breaking_bed(breaking);
    bed.host.on_log = [&](const std::string& text) {
      if (text.find("connection was lost") != std::string::npos) bed.cancellation.request();
    };
    ASSERT_FALSE(bed.run("PurgeExecutions", kPurge));
    EXPECT_THAT(file_.kinds(), ElementsAre("begin", "batch", "end"));
    EXPECT_EQ(file_.records().back()["inDoubt"], Json({1}));
  }
};

TEST_P(ReceiptInDoubt, IsConfirmedOnceItIsKnown) {
  auto breaking = proxy(BreakingProxy::When::after_forwarding);
  require_result(breaking_bed(breaking).run("PurgeExecutions", kPurge));
  EXPECT_THAT(file_.kinds(), ElementsAre("begin", "batch", "committed", "end"));
}

TEST_P(ReceiptInDoubt, IsTakenBackForTheNextTry) {
  auto breaking = proxy(BreakingProxy::When::before_forwarding);
  require_result(breaking_bed(breaking).run("PurgeExecutions", kPurge));
  EXPECT_THAT(file_.kinds(),
              ElementsAre("begin", "batch", "rolledBack", "batch", "committed", "end"));
  const auto proof = verified();
  EXPECT_EQ(proof["rows"], 4);
  EXPECT_EQ(proof["rolledBack"], 1);
}

TEST_P(ReceiptInDoubt, IsSettledByTheNextRunAsCommitted) {
  end_in_doubt(BreakingProxy::When::after_forwarding);
  EXPECT_EQ(verified()["inDoubt"], 1);
  auto next = other_bed();
  EXPECT_EQ(require_result(next.run("PurgeExecutions", kPurge))["executionsCount"], 0);
  const auto settled = file_.records()[3];
  EXPECT_EQ(settled["receipt"], "settled");
  EXPECT_EQ(settled["outcome"], "committed");
  EXPECT_EQ(settled["by"], on("postgresql") ? "transaction" : "firstAndLast");
  const auto proof = verified();
  EXPECT_EQ(proof["rows"], 4);
  EXPECT_EQ(proof["inDoubt"], 0);
}

TEST_P(ReceiptInDoubt, IsSettledByTheNextRunAsRolledBack) {
  end_in_doubt(BreakingProxy::When::before_forwarding);
  auto next = other_bed();
  EXPECT_EQ(require_result(next.run("PurgeExecutions", kPurge))["executionsCount"], 4);
  EXPECT_EQ(file_.records()[3]["outcome"], "rolledBack");
  EXPECT_EQ(verified()["rows"], 4);
}

// One of its two keys came back: the outcome is unknown.
TEST_P(ReceiptInDoubt, StaysInDoubtWhereTheKeysDisagree) {
  if (on("postgresql")) GTEST_SKIP() << "PostgreSQL tells what became of a transaction";
  end_in_doubt(BreakingProxy::When::after_forwarding);
  rows_.add_execution("e0", "company.team", "daily", "2027-01-01T00:00:00.000000Z");
  auto next = other_bed();
  require_result(next.run("PurgeExecutions", kPurge));
  EXPECT_THAT(next.host.logs(), Contains(HasSubstr("1 of 2 keys are there")));
  EXPECT_EQ(file_.records()[3]["outcome"], "inDoubt");
  EXPECT_EQ(verified()["inDoubt"], 1);
}

// Another database's rows say nothing.
TEST_P(ReceiptInDoubt, IsNotSettledByAnotherDatabase) {
  end_in_doubt(BreakingProxy::When::before_forwarding);
  const auto another = TestDatabase::create(GetParam());
  require(sample::create_schema(*another.connection(), GetParam().schema_version));
  ReceiptBed next(another.settings(), settings());
  require_result(next.run("PurgeExecutions", kPurge));
  EXPECT_EQ(file_.records()[3]["by"], "the run worked on another database");
  EXPECT_EQ(file_.records()[3]["outcome"], "inDoubt");
}

// SQLite has no link that could break.
INSTANTIATE_TEST_SUITE_P(Engines, ReceiptInDoubt, testing::ValuesIn(with_a_server()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

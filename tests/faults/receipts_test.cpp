// Receipts of a run that is killed, or whose disk is full: once the next run has settled what was
// in doubt, they list exactly the deleted rows.
#include <array>
#include <cerrno>
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/faults/child_run.h"
#include "tests/faults/fault_bed.h"
#include "tests/faults/tally.h"
#include "tests/tasks/receipts/receipts_file.h"

namespace winnow::tests {
namespace {

using Action = Interception::Action;

class ReceiptFault : public testing::TestWithParam<TestEngine> {
 protected:
  ReceiptFault() : bed_(GetParam()) { bed_.set_receipts(file_.path()); }

  void fill(const Case& tried) {
    std::filesystem::remove(file_.path());
    bed_.fill(tried.seed);
    before_ = bed_.look();
  }

  // After a run without a fault.
  std::vector<std::string> wrong_receipts() {
    const auto now = bed_.look();
    if (GetParam().name == "sqlite") bed_.let_go();
    AbiRun run(bed_.configuration({}), "VerifyReceipts", R"({"database": true})");
    if (run.prepare()) run.run();
    run.close();
    std::vector<std::string> lines;
    const auto& proof = run.result().json;
    if (run.result().status != WINNOW_OK) return {"receipts: " + proof.dump()};
    if (proof["inDoubt"] != 0) lines.push_back("receipts: in doubt: " + proof.dump());
    const auto count = [](const Rows& rows, const char* table) {
      const auto found = rows.find(table);
      return found == rows.end() ? std::int64_t{0}
                                 : static_cast<std::int64_t>(found->second.size());
    };
    for (const auto& [table, counter] :
         {std::pair{"executions", "executionsCount"}, std::pair{"logs", "logsCount"},
          std::pair{"metrics", "metricsCount"}}) {
      const auto went = count(before_, table) - count(now, table);
      if (proof["counts"].value(counter, std::int64_t{0}) == went) continue;
      lines.push_back("S4: receipts tell of other " + std::string(counter) + " than " +
                      std::to_string(went) + ": " + proof.dump());
    }
    return lines;
  }

  ReceiptsFile file_;
  FaultBed bed_;
  Rows before_;
};

struct Point {
  const char* name;
  Interception interception;
};

std::vector<Point> points_of(const TestEngine& engine) {
  const auto at = [](Action action, unsigned calls, const char* text = nullptr) {
    return Interception{.action = action, .calls = calls, .text = text};
  };
  std::vector<Point> points{{"before a record is written", at(Action::kill_before, kWriteFile)},
                            {"after a record is written", at(Action::kill_after, kWriteFile)},
                            {"after a record is flushed", at(Action::kill_after, kSyncFile)},
                            {"border of a batch", at(Action::kill_before, kBatchBorder)}};
  if (engine.name == "sqlite") {
    points.push_back(
        {"between record and COMMIT", at(Action::kill_before, kRemoveJournal, "-journal")});
    points.push_back({"between COMMIT and its confirmation",
                      at(Action::kill_after, kRemoveJournal, "-journal")});
  } else {
    points.push_back({"between record and COMMIT", at(Action::kill_before, kSend, "COMMIT")});
    points.push_back({"after COMMIT is sent", at(Action::kill_after, kSend, "COMMIT")});
    points.push_back({"between COMMIT and its confirmation", at(Action::kill_after, kReceive)});
  }
  return points;
}

TEST_P(ReceiptFault, AKillLeavesWhatTheNextRunSettles) {
  Tally tally("receipts: kill -9 of the process", GetParam());
  const auto points = points_of(GetParam());
  std::uint64_t kills = 0;
  std::uint64_t settled = 0;
  tally.run(cases(40, 500), [&](Case& tried) {
    fill(tried);
    auto interception = points[tried.index % points.size()].interception;
    interception.nth = 1 + tried.pick(4);
    tried.what = std::string(points[tried.index % points.size()].name) + ", " +
                 std::to_string(interception.nth) + ". time";
    bed_.let_go();
    ChildPlan plan;
    plan.interception = interception;
    const auto ending = run_in_child([this] { return bed_.run(); }, plan);
    if (!ending.crash.empty()) tried.found({ending.crash});
    kills += ending.killed ? 1 : 0;
    tried.found(bed_.left_behind());
    tried.found(bed_.broken_now(bed_.look()));
    tried.found(bed_.finish());
    tried.found(wrong_receipts());
    for (const auto& kind : file_.kinds()) settled += kind == "settled" ? 1 : 0;
  });
  tally.note("kills", std::to_string(kills));
  tally.note("settled", std::to_string(settled));
  EXPECT_GT(kills, 0U);
  EXPECT_GT(settled, 0U);
}

// Bytes that are written and not yet flushed when a COMMIT is sent.
struct Order {
  bool flushed = true;
  int commits = 0;
  int early = 0;
};

TEST_P(ReceiptFault, ARecordIsOnTheDiskBeforeItsCommitIsSent) {
  if (GetParam().name == "sqlite") GTEST_SKIP() << "SQLite's own writes can't be told apart";
  bed_.fill(1, 12, 1);
  const auto run = bed_.run();
  ASSERT_TRUE(run->prepare());
  Order order;
  watch(
      kWriteFile | kSyncFile | kSend,
      [](void* context, Call call, std::string_view text) {
        auto& seen = *static_cast<Order*>(context);
        if (call == kWriteFile) seen.flushed = false;
        if (call == kSyncFile) seen.flushed = true;
        if (call != kSend || !holds_word(text, "COMMIT")) return;
        ++seen.commits;
        seen.early += seen.flushed ? 0 : 1;
      },
      &order);
  run->run();
  watch(0, nullptr, nullptr);
  EXPECT_EQ(run->result().status, WINNOW_OK) << run->result().json.dump();
  EXPECT_GT(order.commits, 0);
  EXPECT_EQ(order.early, 0);
  EXPECT_TRUE(run->close());
}

TEST_P(ReceiptFault, ADiskThatIsFullEndsTheRunBeforeTheBatchIsCommitted) {
  Tally tally("receipts: disk full or broken", GetParam());
  constexpr std::array kErrors = {ENOSPC, EIO};
  tally.run(cases(24, 500), [&](Case& tried) {
    fill(tried);
    const auto error = kErrors[tried.index % kErrors.size()];
    const Interception interception{.action = Action::fail,
                                    .calls = tried.pick(2) == 0 ? kWriteFile : kSyncFile,
                                    .nth = 1 + tried.pick(GetParam().name == "sqlite" ? 40 : 8),
                                    .lasting = tried.pick(2) == 0,
                                    .error = error};
    tried.what = "errno " + std::to_string(error) + " at call " + std::to_string(interception.nth) +
                 (interception.lasting ? " and after it" : "");
    const auto run = bed_.run_armed(interception);
    if (!run->close()) tried.found({"S7: the library can't be closed"});
    const auto after = bed_.look();
    tried.found(bed_.broken_now(after));
    tried.found(bed_.miscounted(before_, after, run->result().counters()));
    if (failed_calls() > 0 && GetParam().name != "sqlite" &&
        run->result().status != WINNOW_STORAGE) {
      tried.found({"it ended with " + run->result().json.dump()});
    }
    tried.found(bed_.finish());
    tried.found(wrong_receipts());
  });
}

INSTANTIATE_TEST_SUITE_P(Engines, ReceiptFault, testing::ValuesIn(fault_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

// kill -9 at every kind of point of a purge: nothing is lost, nothing is half, and the next run
// finishes.
#include <algorithm>
#include <iostream>
#include <set>

#include <gtest/gtest.h>

#include "tests/faults/child_run.h"
#include "tests/faults/fault_bed.h"
#include "tests/faults/tally.h"
#include "tests/support/kestra_rows.h"

namespace winnow::tests {
namespace {

using Action = Interception::Action;

struct Point {
  const char* name;
  Interception interception;
  bool after_commit = false;  // everything committed has been reported
  std::uint64_t most = 1;     // how often a run comes by, as far as is known
};

Interception at(Action action, unsigned calls, const char* text = nullptr,
                unsigned after_calls = ~0U) {
  return {.action = action, .calls = calls, .text = text, .after_calls = after_calls};
}

std::vector<Point> points_of(const TestEngine& engine) {
  constexpr unsigned kAnyOther = kSystemCalls & ~static_cast<unsigned>(kRemoveFile);
  std::vector<Point> points{{"border of a batch", at(Action::kill_before, kBatchBorder), true},
                            {"before a file is removed", at(Action::kill_before, kRemoveFile)},
                            {"after a file is removed", at(Action::kill_after, kRemoveFile)},
                            {"after the files of a batch",
                             at(Action::kill_before, kAnyOther | kReadFile, nullptr, kRemoveFile)},
                            {"any allocation", at(Action::kill_before, kAllocate)}};
  if (engine.name == "sqlite") {
    points.push_back({"before a page is written", at(Action::kill_before, kWriteFile)});
    points.push_back({"after a page is written", at(Action::kill_after, kWriteFile)});
    points.push_back({"before a sync", at(Action::kill_before, kSyncFile)});
    points.push_back({"after a sync", at(Action::kill_after, kSyncFile)});
    points.push_back({"before COMMIT: the journal is there",
                      at(Action::kill_before, kRemoveJournal, "-journal")});
    points.push_back(
        {"after COMMIT: the journal is gone", at(Action::kill_after, kRemoveJournal, "-journal")});
  } else {
    points.push_back({"before a statement is sent", at(Action::kill_before, kSend)});
    points.push_back({"after a statement is sent", at(Action::kill_after, kSend)});
    points.push_back({"before COMMIT is sent", at(Action::kill_before, kSend, "COMMIT")});
    points.push_back({"after COMMIT is sent", at(Action::kill_after, kSend, "COMMIT")});
    points.push_back({"after an answer is read", at(Action::kill_after, kReceive)});
    points.push_back({"while connecting", at(Action::kill_after, kConnect)});
  }
  return points;
}

class Kill : public testing::TestWithParam<TestEngine> {
 protected:
  static ChildEnding run(FaultBed& bed, const Interception& interception) {
    bed.let_go();
    ChildPlan plan;
    plan.interception = interception;
    return run_in_child([&bed] { return bed.run(); }, plan);
  }
};

std::vector<std::string> told_more_than_went(const Rows& before, const Rows& after,
                                             const Json& committed) {
  const auto count = [](const Rows& rows, const char* table) {
    const auto found = rows.find(table);
    return found == rows.end() ? std::int64_t{0} : static_cast<std::int64_t>(found->second.size());
  };
  std::vector<std::string> lines;
  for (const auto& [table, counter] :
       {std::pair{"executions", "executionsCount"}, std::pair{"logs", "logsCount"},
        std::pair{"metrics", "metricsCount"}, std::pair{"files", "storagesCount"}}) {
    if (count(before, table) - count(after, table) >= committed.value(counter, std::int64_t{0})) {
      continue;
    }
    lines.push_back("S4: " + std::string(counter) + " told more than went");
  }
  return lines;
}

TEST_P(Kill, LeavesNothingHalfAndTheNextRunFinishes) {
  FaultBed bed(GetParam());
  Tally tally("kill -9 of the process", GetParam());
  auto points = points_of(GetParam());
  for (auto& point : points) {  // how often a run comes by each
    bed.fill(1, 12, 1);
    auto counting = point.interception;
    counting.action = Action::count;
    point.most = std::max<std::uint64_t>(1, run(bed, counting).fitted);
    ASSERT_GT(point.most, 0U) << point.name;
  }
  std::uint64_t kills = 0;
  tally.run(cases(120, 1'000), [&](Case& tried) {
    auto& point = points[tried.index % points.size()];
    bed.fill(tried.seed);
    // A process may be killed again when it continues after the first.
    for (std::uint64_t again = tried.pick(4) == 0 ? 2 : 1; again > 0; --again) {
      auto interception = point.interception;
      interception.nth = 1 + tried.pick(point.most);
      tried.what = std::string(point.name) + ", " + std::to_string(interception.nth) + ". time";
      const auto before = bed.look();
      const auto ending = run(bed, interception);
      if (!ending.crash.empty()) tried.found({ending.crash});
      tried.found(ending.violations);
      kills += ending.killed ? 1 : 0;
      tried.found(bed.left_behind());
      const auto now = bed.look();
      tried.found(bed.broken_now(now));
      if (ending.result) {
        tried.found(bed.miscounted(before, now, ending.result->counters()));
      } else if (point.after_commit) {
        tried.found(bed.miscounted(before, now, ending.committed));
      } else {
        tried.found(told_more_than_went(before, now, ending.committed));
      }
    }
    tried.found(bed.finish());
  });
  tally.note("kills", std::to_string(kills));
  EXPECT_GT(kills, 0U);
}

// A family larger than a batch: ten executions, each begun by the one before.
constexpr int kFamily = 10;

std::string member(int place) {
  return "family-" + std::to_string(place);
}

void add_family(FaultBed& bed) {
  KestraRows rows(bed.connection(), {"executions", "logs"});
  std::vector<database::Statement> statements;
  for (int place = 0; place < kFamily; ++place) {
    const char* const date = "2026-01-01T00:00:00.000000Z";
    Json document{
        {"id", member(place)},
        {"tenantId", "main"},
        {"namespace", "company.family"},
        {"flowId", "daily"},
        {"deleted", false},
        {"state",
         {{"current", "SUCCESS"}, {"duration", 1}, {"startDate", date}, {"endDate", date}}}};
    if (place > 0) {
      document["trigger"] = {{"id", "run"},
                             {"type", "io.kestra.plugin.core.flow.Subflow"},
                             {"variables", {{"executionId", member(place - 1)}}}};
    }
    const Json log{{"tenantId", "main"}, {"namespace", "company.family"},
                   {"flowId", "daily"},  {"executionId", member(place)},
                   {"timestamp", date},  {"level", "INFO"},
                   {"message", "done"},  {"deleted", false}};
    statements.push_back(
        rows.insertion("executions", {{"key", member(place)}, {"value", document.dump()}}));
    statements.push_back(rows.insertion("logs", {{"key", member(place)}, {"value", log.dump()}}));
  }
  rows.execute(statements);
}

// Those of the family that are there, by their place.
std::set<int> family_in(FaultBed& bed, const std::string& table) {
  KestraRows rows(bed.connection(), {table});
  const auto keys = rows.keys(table);
  std::set<int> places;
  for (int place = 0; place < kFamily; ++place) {
    if (keys.contains(member(place))) places.insert(place);
  }
  return places;
}

TEST_P(Kill, InMidFamilyLeavesNoChildWithoutItsParent) {
  FaultBed bed(GetParam());
  bed.fill(1);
  bed.set_parameters({{"endDate", "2026-02-01T00:00:00Z"},
                      {"namespace", "company.family"},
                      {"withChildren", true},
                      {"batchSize", 4}});
  std::vector<Interception> points{at(Action::kill_before, kBatchBorder)};
  if (GetParam().name != "sqlite") points.push_back(at(Action::kill_after, kSend, "COMMIT"));
  std::set<std::size_t> left_by_a_kill;
  for (auto point : points) {
    for (point.nth = 1; point.nth <= 2; ++point.nth) {
      add_family(bed);
      const auto ending = run(bed, point);
      ASSERT_TRUE(ending.killed) << (ending.result ? ending.result->json.dump() : ending.crash);
      EXPECT_EQ(bed.left_behind(), std::vector<std::string>());
      const auto left = family_in(bed, "executions");
      left_by_a_kill.insert(left.size());
      for (const int place : left) {
        EXPECT_TRUE(place == 0 || left.contains(place - 1)) << place << " has lost its parent";
      }
      EXPECT_EQ(family_in(bed, "logs"), left);
      bed.let_go();
      const auto next = bed.run();
      if (next->prepare()) next->run();
      EXPECT_EQ(next->result().status, WINNOW_OK) << next->result().json.dump();
      EXPECT_EQ(next->result().json["executionsCount"], left.size());
      EXPECT_TRUE(next->close());
      EXPECT_EQ(family_in(bed, "executions"), std::set<int>());
      EXPECT_EQ(family_in(bed, "logs"), std::set<int>());
    }
  }
  // The kills struck between its transactions.
  EXPECT_TRUE(std::any_of(left_by_a_kill.begin(), left_by_a_kill.end(),
                          [](std::size_t left) { return left > 0 && left < kFamily; }));
}

INSTANTIATE_TEST_SUITE_P(Engines, Kill, testing::ValuesIn(fault_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

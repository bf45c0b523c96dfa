// The network fails at a message of a whole run: whatever the run returns, its counts are the
// deleted rows, and the next run finishes.
#include <array>

#include <gtest/gtest.h>

#include "tests/faults/fault_bed.h"
#include "tests/faults/message_proxy.h"
#include "tests/faults/tally.h"

namespace winnow::tests {
namespace {

constexpr std::array kHarms = {Harm::cut_before, Harm::cut_inside,  Harm::cut_after,
                               Harm::reset,      Harm::half_close,  Harm::stall,
                               Harm::slice,      Harm::deliver_late};

class Connection : public testing::TestWithParam<TestEngine> {
 protected:
  Connection() : bed_(GetParam()) {}

  // A run through the proxy. Kestra writes one log late: after its execution's batch, before the
  // run ends.
  void try_out(MessageProxy& proxy, int connections, Case& tried) {
    auto before = bed_.look();
    const auto run =
        bed_.run({.port = proxy.port(), .connections = connections, .lock_timeout_ms = 300});
    bool late = false;
    run->on_event = [&](const Json&) {
      if (std::exchange(late, true)) return;
      late_log(before);
    };
    if (run->prepare()) {
      proxy.start();
      run->run();
    }
    proxy.stop();
    tried.found(bed_.left_behind());
    const auto& result = run->result();
    if (!run->close()) tried.found({"S7: the library can't be closed"});
    if (result.status != WINNOW_OK) drop_late_log(before);
    const auto after = bed_.look();
    tried.found(bed_.broken_now(after));
    auto counters = result.counters();
    tried.found(bed_.miscounted(before, after, counters));
    if (result.status != WINNOW_OK && result.status != WINNOW_UNAVAILABLE &&
        result.status != WINNOW_CONFLICT) {
      tried.found({"it ended with status " + std::to_string(result.status)});
    }
    if (result.status == WINNOW_OK) tried.found(bed_.left_over(after));
    if (!tried.violations.empty()) tried.found({result.json.dump()});
    finished_ += result.status == WINNOW_OK ? 1 : 0;
  }

  // A log of an execution that is deleted by now.
  void late_log(Rows& before) {
    const auto now = bed_.look();
    for (const auto& execution : bed_.chosen()) {
      if (bed_.is_there(now, execution)) continue;
      KestraRows(bed_.connection(), {"logs"}).add_log("late", execution);
      before["logs"].insert("late");
      return;
    }
  }
  // A run that failed may not have looked again: then such a log is left to PurgeOrphans.
  void drop_late_log(Rows& before) {
    if (!bed_.look()["logs"].contains("late")) return;
    before["logs"].erase("late");
    const auto* keyed = GetParam().name == "mysql" ? "DELETE FROM logs WHERE `key` = 'late'"
                                                   : "DELETE FROM logs WHERE key = 'late'";
    const std::vector<database::Statement> statements{{.sql = keyed, .parameters = {}}};
    ASSERT_TRUE(bed_.connection().execute(statements, database::AfterBatch::commit));
  }

  std::uint64_t messages_of_a_run(std::uint64_t seed, int connections, const std::string& text) {
    bed_.fill(seed);
    MessageProxy proxy(bed_.database().settings());
    proxy.harm(Harm::none, 1, text);
    Case tried{.index = 0, .seed = seed, .random = std::mt19937_64(seed)};
    try_out(proxy, connections, tried);
    EXPECT_EQ(tried.violations, std::vector<std::string>{});
    return proxy.messages();
  }

  FaultBed bed_;
  std::uint64_t finished_ = 0;
};

// Every message of a run, in both directions, with every fault, in one world, so that a number
// always means the same message. A test run takes every nth of them, from a different start each
// time.
TEST_P(Connection, BrokenAtAnyMessageCountsStayExact) {
  const std::uint64_t world = 5;
  const auto messages = messages_of_a_run(world, 1, "");
  const auto all = messages * kHarms.size();
  const auto tries = cases(80, all);
  Tally tally("connection broken at a message", GetParam());
  tally.note("of messages", std::to_string(messages));
  tally.run(tries, [&](Case& tried) {
    const auto start = tries < all ? tried.pick(all / tries) : 0;
    const auto place = tried.index * all / tries + start;
    const auto harm = kHarms[tried.index % kHarms.size()];
    const auto at = 1 + (tries < all ? place / kHarms.size() : tried.index / kHarms.size());
    bed_.fill(world);
    MessageProxy proxy(bed_.database().settings());
    proxy.harm(harm, at);
    proxy.late_after(2 + tried.pick(20));
    try_out(proxy, 1, tried);
    tried.what =
        std::string(name_of(harm)) + " at message " + std::to_string(at) + " " + proxy.chosen();
    tried.found(bed_.finish());
  });
  tally.note("runs that finished", std::to_string(finished_));
}

TEST_P(Connection, LostAnswerToCommitIsResolvedByLooking) {
  Tally tally("answer to COMMIT lost", GetParam());
  tally.run(cases(60, 500), [&](Case& tried) {
    constexpr std::array kLosses = {Harm::cut_before, Harm::cut_after, Harm::reset,
                                    Harm::half_close, Harm::deliver_late};
    const auto harm = kLosses[tried.index % kLosses.size()];
    bed_.fill(tried.seed);
    MessageProxy proxy(bed_.database().settings());
    // Every message from the first of a commit request to the last of its reply (five and six on
    // PostgreSQL), with each kind of loss; then those of later ones too.
    const auto round = tried.index / kLosses.size();
    const auto at = 1 + (round < 12 ? round : tried.pick(200));
    proxy.harm(harm, at, "COMMIT");
    proxy.late_after(2 + tried.pick(40));
    try_out(proxy, 1 + static_cast<int>(tried.pick(2)), tried);
    tried.what = std::string(name_of(harm)) + " at message " + std::to_string(at) +
                 " from the first COMMIT on, " + proxy.chosen();
    tried.found(bed_.finish());
  });
  tally.note("runs that finished", std::to_string(finished_));
}

TEST_P(Connection, SlicedIntoBytesARunSeesNoDifference) {
  Tally tally("connection sliced into bytes", GetParam());
  tally.run(cases(1, 5), [&](Case& tried) {
    tried.what = "all of it";
    bed_.fill(tried.seed);
    MessageProxy proxy(bed_.database().settings());
    proxy.slice_all();
    try_out(proxy, 1, tried);
    if (finished_ != tried.index + 1) tried.found({"it did not finish"});
  });
}

INSTANTIATE_TEST_SUITE_P(Servers, Connection, testing::ValuesIn(with_a_server(fault_engines())),
                         testing::PrintToStringParamName());
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Connection);

}  // namespace
}  // namespace winnow::tests

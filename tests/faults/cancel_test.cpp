// Cancelled from another thread at any moment: the run ends at once, says what it did, and the next
// one finishes.
#include <algorithm>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "tests/faults/fault_bed.h"
#include "tests/faults/intercepted_calls.h"
#include "tests/faults/tally.h"

namespace winnow::tests {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto kLongest = milliseconds(5'000);  // the contract says a second, on an idle machine

// Cancels a run at its nth call, from another thread.
class Canceller {
 public:
  Canceller(AbiRun& run, std::uint64_t nth) : run_(run), left_(nth) {
    watch(kSystemCalls | kReadFile, &Canceller::on_call, this);
    thread_ = std::thread([this] {
      const Exempt exempt;
      due_.wait(false);
      asked_ = Clock::now();
      run_.cancel();
    });
  }
  Canceller(const Canceller&) = delete;
  Canceller& operator=(const Canceller&) = delete;
  // After the run: how long it took to end; nothing if it had ended before.
  std::optional<milliseconds> stop() {
    const auto ended = Clock::now();
    watch(0, nullptr, nullptr);
    const bool in_time = due_;
    due_ = true;
    due_.notify_one();
    thread_.join();
    if (!in_time) return std::nullopt;
    return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(ended - asked_));
  }
  ~Canceller() {
    if (thread_.joinable()) stop();
  }

 private:
  static void on_call(void* self, Call /*call*/, std::string_view /*text*/) {
    auto& canceller = *static_cast<Canceller*>(self);
    if (--canceller.left_ != 0) return;
    canceller.due_ = true;
    canceller.due_.notify_one();
  }

  AbiRun& run_;
  std::atomic<std::uint64_t> left_;
  std::atomic<bool> due_{false};
  Clock::time_point asked_;
  std::thread thread_;
};

// How many calls a run makes that one can be cancelled at.
std::uint64_t calls_of_a_run(FaultBed& bed) {
  const auto run = bed.run();
  std::atomic<std::uint64_t> calls{0};
  const auto on_call = [](void* self, Call /*call*/, std::string_view /*text*/) {
    ++*static_cast<std::atomic<std::uint64_t>*>(self);
  };
  if (!run->prepare()) return 0;
  watch(kSystemCalls | kReadFile, on_call, &calls);
  run->run();
  watch(0, nullptr, nullptr);
  return calls;
}

class Cancel : public testing::TestWithParam<TestEngine> {};

TEST_P(Cancel, EndsAtOnceSaysWhatItDidAndTheNextRunFinishes) {
  FaultBed bed(GetParam());
  Tally tally("cancelled from another thread", GetParam());
  bed.fill(1, 12, 1);
  std::vector<milliseconds> took;
  const auto most = calls_of_a_run(bed);
  tally.run(cases(150, 1'000), [&](Case& tried) {
    // A world lasts for some runs; each continues after the previous one.
    if (tried.index % 4 == 0 || tried.violations.size() > 0) bed.fill(tried.seed);
    const auto before = bed.look();
    const auto nth = 1 + tried.pick(most);
    tried.what = "at call " + std::to_string(nth);
    const auto run = bed.run({.connections = 1 + static_cast<int>(tried.pick(2))});
    if (!run->prepare()) return tried.found({run->result().json.dump()});
    Canceller canceller(*run, nth);
    run->run();
    const auto time = canceller.stop();
    const auto& result = run->result();
    if (time) {
      took.push_back(*time);
      if (*time > kLongest) tried.found({"it took " + std::to_string(time->count()) + " ms"});
    }
    if (result.status != WINNOW_CANCELLED && result.status != WINNOW_OK) {
      tried.found({"it ended with " + result.json.dump()});
    }
    if (!run->close()) tried.found({"S7: the library can't be closed"});
    const auto after = bed.look();
    tried.found(bed.broken_now(after));
    tried.found(bed.miscounted(before, after, result.counters()));
    tried.found(bed.left_behind());
    if (result.status == WINNOW_OK) tried.found(bed.left_over(after));
    if (tried.index % 4 == 3) tried.found(bed.finish());
  });
  std::sort(took.begin(), took.end());
  if (took.empty()) FAIL() << "no run was cancelled in time";
  tally.note("cancelled", std::to_string(took.size()));
  tally.note("p99 ms", std::to_string(took[took.size() * 99 / 100].count()));
}

INSTANTIATE_TEST_SUITE_P(Engines, Cancel, testing::ValuesIn(fault_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests

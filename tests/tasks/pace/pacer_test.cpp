#include "tasks/pace/pacer.h"

#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace winnow::tasks {
namespace {

using document::Json;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;
using Turn = Pacer::Turn;

// Keeps what was told, and ends a wait as soon as it begins: no test waits for a clock.
struct Told final : PaceListener {
  void waits(const Waiting& waiting) override {
    waited.push_back(waiting.sentence());
    if (on_wait) on_wait();
  }
  void goes_on(const Waiting& waiting, std::chrono::milliseconds /*took*/) override {
    went_on.emplace_back(name_of(waiting.reason));
  }
  void could_not_look(const std::string& /*what*/) override {}

  std::function<void()> on_wait;
  std::vector<std::string> waited;
  std::vector<std::string> went_on;
};

class PacerTest : public testing::Test {
 protected:
  Pacer& pacer() {
    if (!pacer_) pacer_.emplace(pace_, control_, told_, cancellation_);
    return *pacer_;
  }
  std::optional<Pace> pace_;
  PaceControl control_;
  Told told_;
  Cancellation cancellation_;
  Pacer::Lane lane_;
  std::optional<Pacer> pacer_;
};

TEST_F(PacerTest, LetsEveryBatchThroughWithoutAPace) {
  EXPECT_EQ(pacer().await_turn(lane_), Turn::go);
  pacer().learn(lane_, 1'000'000, 1h);
  EXPECT_EQ(pacer().await_turn(lane_), Turn::go);
  EXPECT_EQ(pacer().largest_batch(), std::nullopt);
  EXPECT_FALSE(pacer().summary());
  EXPECT_THAT(told_.waited, IsEmpty());
}

TEST_F(PacerTest, WaitsWhileTheHostPausesIt) {
  control_.paused = true;
  told_.on_wait = [this] {
    EXPECT_EQ(control_.waiting, Reason::paused);
    control_.paused = false;
  };
  EXPECT_EQ(pacer().await_turn(lane_), Turn::go);
  EXPECT_EQ(control_.waiting, Reason::none);
  EXPECT_THAT(told_.waited, ElementsAre("the host has paused it"));
  EXPECT_THAT(told_.went_on, ElementsAre("paused"));
  const auto summary = pacer().summary().value();
  EXPECT_EQ(summary["waits"][0]["reason"], "paused");
  EXPECT_EQ(summary["waits"][0]["times"], 1);
}

TEST_F(PacerTest, WaitsWhileTheStopFileExists) {
  const auto file =
      std::filesystem::temp_directory_path() / ("winnow-pacer-" + std::to_string(::getpid()));
  std::ofstream(file) << "stop";
  pace_ = Pace{.stop_file = file.string()};
  told_.on_wait = [&] { std::filesystem::remove(file); };
  EXPECT_EQ(pacer().await_turn(lane_), Turn::go);
  EXPECT_THAT(told_.waited, ElementsAre("the file " + file.string() + " exists"));
}

TEST_F(PacerTest, EndsAWaitWhenTheJobIsCancelled) {
  control_.paused = true;
  told_.on_wait = [this] { cancellation_.request(); };
  const auto turn = pacer().await_turn(lane_);
  ASSERT_FALSE(turn);
  EXPECT_EQ(turn.error().kind, FailureKind::cancelled);
}

TEST_F(PacerTest, EndsAWaitAndTheRunWhenTheBudgetIsUsed) {
  pace_ = Pace{.budget = 1ms};
  control_.paused = true;
  EXPECT_EQ(pacer().await_turn(lane_), Turn::budget_used);
  EXPECT_EQ(pacer().await_turn(lane_), Turn::budget_used);
  EXPECT_EQ(pacer().summary().value()["budgetUsed"], true);
}

TEST_F(PacerTest, PausesForItsShareOfTheTime) {
  pace_ = Pace{.work_share = 0.5};
  const auto began = Pacer::Clock::now();
  pacer().learn(lane_, 10, 30ms);
  Pacer::Lane other;
  EXPECT_EQ(pacer().await_turn(other), Turn::go) << "each connection has its own share";
  EXPECT_EQ(pacer().await_turn(lane_), Turn::go);
  EXPECT_GE(Pacer::Clock::now() - began, 30ms);
}

TEST_F(PacerTest, PausesAllForTheRowsThatWent) {
  pace_ = Pace{.rows_per_second = 1'000};
  EXPECT_EQ(pacer().largest_batch(), 1'000);
  const auto began = Pacer::Clock::now();
  pacer().learn(lane_, 20, 0ms);
  Pacer::Lane other;
  pacer().learn(other, 20, 0ms);
  EXPECT_EQ(pacer().await_turn(other), Turn::go);
  EXPECT_GE(Pacer::Clock::now() - began, 40ms);
}

TEST_F(PacerTest, CountsTheTimeOfTheBatchItself) {
  pace_ = Pace{.rows_per_second = 1};
  pacer().learn(lane_, 60, 60s);
  EXPECT_EQ(pacer().await_turn(lane_), Turn::go) << "a slow batch is its own pause";
}

}  // namespace
}  // namespace winnow::tasks

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
using Next = Pacer::Next;

// Keeps what was reported, and ends a wait as soon as it begins: no test waits for a clock.
struct Reported final : Host {
  void log(LogLevel /*level*/, const std::string& text) override { logs.push_back(text); }
  void event(const Json& event) override {
    events.push_back(event);
    if (event["event"] == "paused" && on_wait) on_wait();
  }

  std::function<void()> on_wait;
  std::vector<std::string> logs;
  std::vector<Json> events;
};

class PacerTest : public testing::Test {
 protected:
  PacerTest()
      : file_(std::filesystem::temp_directory_path() /
              ("winnow-pacer-" + std::to_string(::getpid()))) {}
  ~PacerTest() override { std::filesystem::remove(file_); }

  Pacer& pacer() {
    if (!pacer_) pacer_.emplace(pace_, context_);
    return *pacer_;
  }
  void stop() {
    std::ofstream(file_) << "stop";
    pace_.emplace().stop_file = file_.string();
  }

  const std::filesystem::path file_;
  std::optional<Pace> pace_;
  Reported reported_;
  Cancellation cancellation_;
  Progress progress_;
  std::atomic<bool> paused_{false};
  Context context_{{.database = {},
                    .policy = {},
                    .store_directory = {},
                    .cancellation = cancellation_,
                    .paused = &paused_,
                    .progress = progress_},
                   reported_};
  Pacer::Lane lane_;
  std::optional<Pacer> pacer_;
};

TEST_F(PacerTest, LetsEveryBatchThroughWithoutAPace) {
  EXPECT_EQ(pacer().await(lane_), Next::batch);
  pacer().learn(lane_, 1'000'000, 1h);
  EXPECT_EQ(pacer().await(lane_), Next::batch);
  EXPECT_EQ(pacer().largest_batch(), std::nullopt);
  EXPECT_FALSE(pacer().summary());
  EXPECT_THAT(reported_.logs, IsEmpty());
}

TEST_F(PacerTest, WaitsWithoutAPaceWhileTheHostPausedTheJob) {
  paused_ = true;
  reported_.on_wait = [this] {
    EXPECT_TRUE(progress_.waiting);
    paused_ = false;
  };
  EXPECT_EQ(pacer().await(lane_), Next::batch);
  EXPECT_FALSE(progress_.waiting);
  ASSERT_EQ(reported_.events.size(), 2U);
  EXPECT_EQ(reported_.events[0], (Json{{"event", "paused"}, {"reason", "host"}}));
  EXPECT_EQ(reported_.events[1]["event"], "resumed");
  EXPECT_EQ(reported_.logs[0], "waits: the host paused it");
  const auto summary = pacer().summary().value();
  EXPECT_EQ(summary["waits"][0]["reason"], "host");
  EXPECT_EQ(summary["waits"][0]["times"], 1);
  EXPECT_FALSE(summary["waits"][0].contains("limit"));
}

TEST_F(PacerTest, ABudgetEndsAPause) {
  paused_ = true;
  pace_.emplace().budget = 1ms;
  EXPECT_EQ(pacer().await(lane_), Next::budget_used);
}

TEST_F(PacerTest, ACancellationEndsAPause) {
  paused_ = true;
  reported_.on_wait = [this] { cancellation_.request(); };
  const auto next = pacer().await(lane_);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().kind, FailureKind::cancelled);
}

TEST_F(PacerTest, WaitsWhileTheStopFileExistsAndReportsIt) {
  stop();
  reported_.on_wait = [this] { std::filesystem::remove(file_); };
  EXPECT_EQ(pacer().await(lane_), Next::batch);
  EXPECT_THAT(reported_.logs,
              ElementsAre("waits: the file " + file_.string() + " exists",
                          testing::MatchesRegex("goes on after [0-9]+ ms: stopFile")));
  ASSERT_EQ(reported_.events.size(), 2U);
  EXPECT_EQ(reported_.events[0],
            (Json{{"event", "paused"}, {"reason", "stopFile"}, {"of", file_.string()}}));
  EXPECT_EQ(reported_.events[1]["event"], "resumed");
  EXPECT_EQ(reported_.events[1]["reason"], "stopFile");
  const auto summary = pacer().summary().value();
  EXPECT_EQ(summary["waits"][0]["reason"], "stopFile");
  EXPECT_EQ(summary["waits"][0]["times"], 1);
  EXPECT_FALSE(summary.contains("budgetUsed"));
}

// One is open from the hour before this one on, the other from the hour after the next one on.
TEST_F(PacerTest, WaitsWhileOneOfItsWindowsIsShut) {
  const auto window = [](std::chrono::hours from, std::chrono::hours until) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto hour = [&](std::chrono::hours later) {
      const auto of_day = (std::chrono::floor<std::chrono::hours>(now) + later).count() % 24;
      return (of_day < 10 ? "0" : "") + std::to_string(of_day) + ":00";
    };
    return Window::read(hour(from) + "-" + hour(until) + " UTC").value();
  };
  pace_.emplace().windows = {window(-1h, 2h)};
  EXPECT_EQ(pacer().await(lane_), Next::batch);
  EXPECT_THAT(reported_.events, IsEmpty());
  pacer_.reset();
  pace_->windows.push_back(window(2h, 3h));
  reported_.on_wait = [this] { cancellation_.request(); };
  EXPECT_FALSE(pacer().await(lane_));
  EXPECT_EQ(reported_.events[0],
            (Json{{"event", "paused"}, {"reason", "window"}, {"of", pace_->windows[1].text()}}));
}

TEST_F(PacerTest, EndsAWaitWhenTheJobIsCancelled) {
  stop();
  reported_.on_wait = [this] { cancellation_.request(); };
  const auto next = pacer().await(lane_);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().kind, FailureKind::cancelled);
}

TEST_F(PacerTest, EndsAWaitAndTheRunWhenTheBudgetIsUsed) {
  stop();
  pace_->budget = 1ms;
  EXPECT_FALSE(pacer().ended());
  EXPECT_EQ(pacer().await(lane_), Next::budget_used);
  EXPECT_EQ(pacer().await(lane_), Next::budget_used);
  EXPECT_TRUE(pacer().ended());
  EXPECT_EQ(pacer().summary().value()["budgetUsed"], true);
}

TEST_F(PacerTest, PausesForItsShareOfTheTime) {
  pace_ = Pace{.work_share = 0.5};
  const auto began = Pacer::Clock::now();
  pacer().learn(lane_, 10, 30ms);
  Pacer::Lane other;
  EXPECT_EQ(pacer().await(other), Next::batch) << "each connection has its own share";
  EXPECT_EQ(pacer().await(lane_), Next::batch);
  EXPECT_GE(Pacer::Clock::now() - began, 30ms);
}

TEST_F(PacerTest, PausesAllForTheRowsThatWent) {
  pace_ = Pace{.rows_per_second = 1'000};
  EXPECT_EQ(pacer().largest_batch(), 1'000);
  const auto began = Pacer::Clock::now();
  pacer().learn(lane_, 20, 0ms);
  Pacer::Lane other;
  pacer().learn(other, 20, 0ms);
  EXPECT_EQ(pacer().await(other), Next::batch);
  EXPECT_GE(Pacer::Clock::now() - began, 40ms);
}

TEST_F(PacerTest, CountsTheTimeOfTheBatchItself) {
  pace_ = Pace{.rows_per_second = 1};
  pacer().learn(lane_, 60, 60s);
  EXPECT_EQ(pacer().await(lane_), Next::batch) << "a slow batch is its own pause";
}

}  // namespace
}  // namespace winnow::tasks

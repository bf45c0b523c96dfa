// Lets the batches of a run through: at the pace that was asked for, and only while nothing speaks against another one.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "outcome/cancellation.h"
#include "tasks/pace/monitor.h"
#include "tasks/pace/pace.h"
#include "tasks/pace/reason.h"

namespace winnow::tasks {

// A switch that hosts turn, and what they see of a run that waits. Any thread, no lock.
struct PaceControl {
  std::atomic<bool> paused{false};
  std::atomic<Reason> waiting{Reason::none};
  std::atomic<std::int64_t> figure{0};
  std::atomic<std::int64_t> limit{0};
};

// What a pacer tells: when a wait begins, when it ends, and what a monitor could not look at.
class PaceListener {
 public:
  PaceListener() = default;
  PaceListener(const PaceListener&) = delete;
  PaceListener& operator=(const PaceListener&) = delete;
  virtual ~PaceListener() = default;
  virtual void waits(const Waiting& waiting) = 0;
  virtual void goes_on(const Waiting& waited, std::chrono::milliseconds took) = 0;
  virtual void could_not_look(const std::string& what) = 0;
};

// Shared by the workers of a run. Thread-safe.
class Pacer {
 public:
  using Clock = std::chrono::steady_clock;

  // One connection's share of the time. Not thread-safe.
  struct Lane {
    Clock::time_point next{};
  };
  enum class Turn { go, budget_used };

  // Without a pace only the host's pause counts. Everything handed over outlives the pacer.
  Pacer(const std::optional<Pace>& pace, PaceControl& control, PaceListener& listener,
        const Cancellation& cancellation);
  ~Pacer();
  Pacer(const Pacer&) = delete;
  Pacer& operator=(const Pacer&) = delete;

  // Begins to watch the server; once, before the first turn. Does nothing without a pace.
  void watch(Monitor::Watched watched);

  // Returns when a batch may begin, or the budget is used up. Fails as cancelled. Outside of a transaction.
  Outcome<Turn> await_turn(Lane& lane);
  // What a batch took, and how many rows went: the lane, or all of them, pause for it before their next turn.
  void learn(Lane& lane, std::int64_t rows, Clock::duration took);
  // No batch should be larger: one second's rows.
  std::optional<std::int64_t> largest_batch() const;

  // For the result: {"waits": [{"reason", "times", "milliseconds", "worst", "limit", "of"}], "budgetUsed": true}. Nothing where there is
  // nothing to tell.
  std::optional<document::Json> summary() const;

 private:
  struct Told {
    std::int64_t times = 0;
    std::chrono::milliseconds took{0};
    Waiting worst;
  };

  Outcome<std::optional<Waiting>> reason();
  bool budget_used() const;
  void begin_wait(const Waiting& waiting);
  void end_wait();
  void pause_until(Clock::time_point time) const;

  const std::optional<Pace>& pace_;
  PaceControl& control_;
  PaceListener& listener_;
  const Cancellation& cancellation_;
  const Clock::time_point began_ = Clock::now();

  mutable std::mutex mutex_;
  Clock::time_point next_of_all_{};
  // Of the wait that all lanes are in.
  std::optional<Waiting> waiting_;
  Clock::time_point waiting_since_{};
  std::map<Reason, Told> told_;
  bool budget_told_ = false;
  std::unique_ptr<Monitor> monitor_;
};

}  // namespace winnow::tasks

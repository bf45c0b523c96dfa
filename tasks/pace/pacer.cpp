#include "tasks/pace/pacer.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <poll.h>
#include <system_error>

#include "outcome/try.h"

namespace winnow::tasks {
namespace {

using std::chrono::milliseconds;

// How soon a reason that has gone is noticed.
constexpr milliseconds kBetweenChecks{200};

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

document::Instant wall_clock() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace

Pacer::Pacer(const std::optional<Pace>& pace, PaceControl& control, PaceListener& listener,
             const Cancellation& cancellation)
    : pace_(pace), control_(control), listener_(listener), cancellation_(cancellation) {}

Pacer::~Pacer() = default;

void Pacer::watch(Monitor::Watched watched) {
  if (pace_) monitor_ = std::make_unique<Monitor>(*pace_, std::move(watched));
}

bool Pacer::budget_used() const {
  return pace_ && pace_->budget && Clock::now() - began_ >= *pace_->budget;
}

// Sleeps, unless the job is cancelled.
void Pacer::pause_until(Clock::time_point time) const {
  while (!cancellation_.requested()) {
    const auto left = std::chrono::ceil<milliseconds>(time - Clock::now());
    if (left.count() <= 0) return;
    pollfd wake{.fd = cancellation_.wake_descriptor(), .events = POLLIN, .revents = 0};
    ::poll(&wake, 1, static_cast<int>(std::min<milliseconds>(left, kBetweenChecks).count()));
    if (budget_used()) return;
  }
}

Outcome<Pacer::Turn> Pacer::await_turn(Lane& lane) {
  while (true) {
    if (cancellation_.requested()) return fail(FailureKind::cancelled, "the job was cancelled");
    if (budget_used()) {
      end_wait();
      const std::lock_guard guard(mutex_);
      budget_told_ = true;
      return Turn::budget_used;
    }
    WINNOW_TRY(const auto waiting, reason());
    if (waiting) {
      begin_wait(*waiting);
      pause_until(Clock::now() + kBetweenChecks);
      continue;
    }
    end_wait();
    Clock::time_point next;
    {
      const std::lock_guard guard(mutex_);
      next = std::max(lane.next, next_of_all_);
    }
    if (next <= Clock::now()) return Turn::go;
    pause_until(next);
  }
}

// The first that speaks against a batch now.
Outcome<std::optional<Waiting>> Pacer::reason() {
  if (control_.paused) return std::optional(Waiting{.reason = Reason::paused});
  if (!pace_) return std::optional<Waiting>();
  if (!pace_->stop_file.empty() && exists(pace_->stop_file)) {
    return std::optional(Waiting{.reason = Reason::stop_file, .of = pace_->stop_file});
  }
  const auto now = wall_clock();
  const auto closed = std::find_if(pace_->windows.begin(), pace_->windows.end(),
                                   [now](const Window& window) { return !window.open_at(now); });
  if (closed != pace_->windows.end()) {
    return std::optional(Waiting{.reason = Reason::window, .of = closed->text()});
  }
  if (!monitor_) return std::optional<Waiting>();
  for (const auto& complaint : monitor_->take_complaints()) listener_.could_not_look(complaint);
  return monitor_->waiting();
}

// A wait is told once for all lanes, when it begins and when it ends; its figure may change meanwhile.
void Pacer::begin_wait(const Waiting& waiting) {
  const std::lock_guard guard(mutex_);
  control_.figure = waiting.figure;
  control_.limit = waiting.limit;
  control_.waiting = waiting.reason;
  auto& told = told_[waiting.reason];
  if (told.worst.reason == Reason::none || waiting.figure > told.worst.figure) told.worst = waiting;
  if (waiting_ && waiting_->reason == waiting.reason) return;
  const auto now = Clock::now();
  if (waiting_) {
    const auto took = std::chrono::duration_cast<milliseconds>(now - waiting_since_);
    told_[waiting_->reason].took += took;
    listener_.goes_on(*waiting_, took);
  }
  ++told.times;
  waiting_ = waiting;
  waiting_since_ = now;
  listener_.waits(waiting);
}

void Pacer::end_wait() {
  const std::lock_guard guard(mutex_);
  if (!waiting_) return;
  const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - waiting_since_);
  told_[waiting_->reason].took += took;
  control_.waiting = Reason::none;
  control_.figure = 0;
  control_.limit = 0;
  listener_.goes_on(*waiting_, took);
  waiting_.reset();
}

void Pacer::learn(Lane& lane, std::int64_t rows, Clock::duration took) {
  if (!pace_) return;
  const auto now = Clock::now();
  if (const auto share = pace_->work_share; share && *share < 1) {
    const std::chrono::duration<double> pause = took * ((1 - *share) / *share);
    lane.next = now + std::chrono::duration_cast<Clock::duration>(pause);
  }
  if (pace_->rows_per_second) {
    const std::chrono::duration<double> worth(static_cast<double>(rows) /
                                              static_cast<double>(*pace_->rows_per_second));
    const std::lock_guard guard(mutex_);
    // The time of the batch counts: from its beginning on.
    next_of_all_ =
        std::max(next_of_all_, now - took) + std::chrono::duration_cast<Clock::duration>(worth);
  }
}

std::optional<std::int64_t> Pacer::largest_batch() const {
  return pace_ ? pace_->rows_per_second : std::nullopt;
}

std::optional<document::Json> Pacer::summary() const {
  const std::lock_guard guard(mutex_);
  if (told_.empty() && !budget_told_) return std::nullopt;
  auto waits = document::Json::array();
  for (const auto& [reason, told] : told_) {
    auto wait = told.worst.json();
    if (const auto figure = wait.find("figure"); figure != wait.end()) {
      wait["worst"] = *figure;
      wait.erase("figure");
    }
    wait["times"] = told.times;
    wait["milliseconds"] = told.took.count();
    waits.push_back(std::move(wait));
  }
  document::Json summary{{"waits", std::move(waits)}};
  if (budget_told_) summary["budgetUsed"] = true;
  return summary;
}

}  // namespace winnow::tasks

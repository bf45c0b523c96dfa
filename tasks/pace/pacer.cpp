#include "tasks/pace/pacer.h"

#include <algorithm>
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

}  // namespace

Pacer::Pacer(std::optional<Pace> pace, Context& context)
    : pace_(std::move(pace)), context_(context) {}

Pacer::~Pacer() = default;

void Pacer::watch(Monitor::Watched watched) {
  if (pace_) monitor_ = std::make_unique<Monitor>(*pace_, std::move(watched));
}

bool Pacer::budget_used() const {
  return pace_ && pace_->budget && Clock::now() - began_ >= *pace_->budget;
}

// Sleeps, unless the job is cancelled.
void Pacer::pause_until(Clock::time_point time) const {
  while (!context_.cancellation.requested()) {
    const auto left = std::chrono::ceil<milliseconds>(time - Clock::now());
    if (left.count() <= 0) return;
    pollfd wake{.fd = context_.cancellation.wake_descriptor(), .events = POLLIN, .revents = 0};
    ::poll(&wake, 1, static_cast<int>(std::min<milliseconds>(left, kBetweenChecks).count()));
    if (budget_used()) return;
  }
}

Outcome<Pacer::Next> Pacer::await(Lane& lane) {
  while (true) {
    if (context_.cancellation.requested())
      return fail(FailureKind::cancelled, "the job was cancelled");
    if (budget_used()) {
      end_wait();
      const std::lock_guard guard(mutex_);
      ended_ = true;
      return Next::budget_used;
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
    if (next <= Clock::now()) {
      if (context_.may_begin_batch) WINNOW_CHECK(context_.may_begin_batch());
      return Next::batch;
    }
    pause_until(next);
  }
}

// The first reason not to begin a batch now.
Outcome<std::optional<Waiting>> Pacer::reason() {
  if (context_.paused != nullptr && *context_.paused) {
    return std::optional(Waiting{.reason = Reason::host});
  }
  if (!pace_) return std::optional<Waiting>();
  if (!pace_->stop_file.empty() && exists(pace_->stop_file)) {
    return std::optional(Waiting{.reason = Reason::stop_file, .of = pace_->stop_file});
  }
  const auto now = document::now();
  const auto closed = std::find_if(pace_->windows.begin(), pace_->windows.end(),
                                   [now](const Window& window) { return !window.open_at(now); });
  if (closed != pace_->windows.end()) {
    return std::optional(Waiting{.reason = Reason::window, .of = closed->text()});
  }
  if (!monitor_) return std::optional<Waiting>();
  for (const auto& problem : monitor_->take_problems()) context_.host.log(LogLevel::warn, problem);
  return monitor_->waiting();
}

// A wait is reported once for all lanes, when it begins and when it ends; its figure may change
// meanwhile.
void Pacer::begin_wait(const Waiting& waiting) {
  const std::lock_guard guard(mutex_);
  auto& waits = waits_[waiting.reason];
  if (waits.worst.reason == Reason::none || waiting.figure > waits.worst.figure) {
    waits.worst = waiting;
  }
  if (waiting_ && waiting_->reason == waiting.reason) return;
  leave_wait();
  context_.progress.waiting = true;
  ++waits.times;
  waiting_ = waiting;
  waiting_since_ = Clock::now();
  context_.host.log(LogLevel::info, "waits: " + waiting.sentence());
  document::Json event{{"event", "paused"}};
  event.update(waiting.json());
  context_.host.event(event);
}

void Pacer::end_wait() {
  const std::lock_guard guard(mutex_);
  leave_wait();
}

void Pacer::leave_wait() {
  if (!waiting_) return;
  const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - waiting_since_);
  const std::string name = name_of(waiting_->reason);
  waits_[waiting_->reason].took += took;
  waiting_.reset();
  context_.progress.waiting = false;
  context_.host.log(LogLevel::info,
                    "goes on after " + std::to_string(took.count()) + " ms: " + name);
  context_.host.event({{"event", "resumed"}, {"reason", name}, {"milliseconds", took.count()}});
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

bool Pacer::ended() const {
  const std::lock_guard guard(mutex_);
  return ended_;
}

std::optional<document::Json> Pacer::summary() const {
  const std::lock_guard guard(mutex_);
  if (waits_.empty() && !ended_) return std::nullopt;
  auto waits = document::Json::array();
  for (const auto& [reason, of_reason] : waits_) {
    auto wait = of_reason.worst.json();
    if (const auto figure = wait.find("figure"); figure != wait.end()) {
      wait["worst"] = *figure;
      wait.erase("figure");
    }
    wait["times"] = of_reason.times;
    wait["milliseconds"] = of_reason.took.count();
    waits.push_back(std::move(wait));
  }
  document::Json summary{{"waits", std::move(waits)}};
  if (ended_) summary["budgetUsed"] = true;
  return summary;
}

}  // namespace winnow::tasks

#include "hosts/cli/console/watcher.h"

#include "hosts/cli/library/signals.h"

namespace winnow::cli {
namespace {

// Signals that come within this time are one request to stop: timeout(1), a supervisor or a
// terminal that closes sends several. It is also what a rollback may take.
constexpr auto kOneRequest = std::chrono::seconds(3);

}  // namespace

void Watcher::begin(std::string title, const Job& job,
                    std::optional<std::chrono::milliseconds> limit) {
  hand_signals_to_tasks();
  title_ = std::move(title);
  job_ = &job;
  deadline_.reset();
  if (limit) deadline_ = Clock::now() + *limit;
  timed_out_ = false;
  paused_ = false;
}

void Watcher::end() {
  job_ = nullptr;
  console_.clear_progress();
}

void Watcher::log(std::int32_t level, std::string_view text) {
  console_.log(level, text);
}

// Called every 50 ms on the job's thread: the place to draw from, without a thread of our own.
bool Watcher::is_cancelled() {
  if (job_ != nullptr) console_.progress(title_, job_->progress());
  pass_pause_on();
  if (is_insisted_on() && job_ != nullptr) {
    const auto progress = job_->progress();
    give_up_(std::to_string(progress.rows_done) + " rows in " + std::to_string(progress.batches) +
             " batches");
  }
  if (interrupted()) return true;
  if (deadline_ && Clock::now() >= *deadline_) timed_out_ = true;
  return timed_out_;
}

// Each task of a flow has a job of its own: a pause holds for those that follow, too.
void Watcher::pass_pause_on() {
  if (job_ == nullptr || is_pause_wanted() == paused_) return;
  paused_ = !paused_;
  job_->pause(paused_);
  console_.log(WINNOW_WARN, paused_
                                ? "pausing: a task that removes waits before its next batch, until "
                                  "SIGUSR2"
                                : "resuming");
}

bool Watcher::is_insisted_on() {
  if (!interrupted()) return false;
  if (!asked_) {
    asked_ = Clock::now();
    console_.log(WINNOW_WARN,
                 "stopping; what is committed stays. A signal after three more seconds ends at "
                 "once");
  }
  if (Clock::now() - *asked_ < kOneRequest) signals_ = signals_received();
  return signals_received() > signals_;
}

}  // namespace winnow::cli

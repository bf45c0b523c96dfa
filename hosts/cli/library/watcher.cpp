#include "hosts/cli/library/watcher.h"

#include "hosts/cli/library/interruption.h"

namespace winnow::cli {

void Watcher::begin(std::string title, const Job& job,
                    std::optional<std::chrono::milliseconds> limit) {
  title_ = std::move(title);
  job_ = &job;
  deadline_.reset();
  if (limit) deadline_ = std::chrono::steady_clock::now() + *limit;
  timed_out_ = false;
}

void Watcher::end() {
  job_ = nullptr;
  console_.clear_progress();
}

void Watcher::log(std::int32_t level, std::string_view text) {
  console_.log(level, text);
}

// Asked every 50 ms on the job's thread: the place to draw from, without a thread of our own.
bool Watcher::is_cancelled() {
  if (job_ != nullptr) console_.progress(title_, job_->progress());
  if (interrupted()) return true;
  if (deadline_ && std::chrono::steady_clock::now() >= *deadline_) timed_out_ = true;
  return timed_out_;
}

}  // namespace winnow::cli

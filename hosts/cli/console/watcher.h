// Watches a run: passes its log and progress to the console; signals stop or pause it, and a time
// limit stops it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "hosts/cli/console/console.h"
#include "hosts/cli/library/library.h"

namespace winnow::cli {

class Watcher final : public Listener {
 public:
  // `give_up` is called, on the job's thread, if another signal arrives while the job hangs. It
  // gets a sentence about what the job did, and must not return.
  using GiveUp = std::function<void(const std::string& done)>;
  Watcher(Console& console, GiveUp give_up) : console_(console), give_up_(std::move(give_up)) {}

  // Between begin() and end() the job is shown under its title.
  void begin(std::string title, const Job& job, std::optional<std::chrono::milliseconds> limit);
  void end();

  // Whether the job was stopped by its time limit, not by a person.
  bool timed_out() const { return timed_out_; }

  void log(std::int32_t level, std::string_view text) override;
  bool is_cancelled() override;

 private:
  using Clock = std::chrono::steady_clock;
  bool is_insisted_on();
  void pass_pause_on();

  Console& console_;
  GiveUp give_up_;
  std::string title_;
  const Job* job_ = nullptr;
  std::optional<Clock::time_point> deadline_;
  bool timed_out_ = false;
  bool paused_ = false;                     // the job was paused
  std::optional<Clock::time_point> asked_;  // when the first signal was seen
  int signals_ = 0;                         // how many signals count as one request
};

}  // namespace winnow::cli

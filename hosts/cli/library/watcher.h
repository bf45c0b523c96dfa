// Listens to a run: its log and progress go to the console, Ctrl-C and a time limit stop it.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "hosts/cli/console/console.h"
#include "hosts/cli/library/library.h"

namespace winnow::cli {

class Watcher final : public Listener {
 public:
  explicit Watcher(Console& console) : console_(console) {}

  // Between these two the job is shown under its title.
  void begin(std::string title, const Job& job, std::optional<std::chrono::milliseconds> limit);
  void end();

  // The job was stopped by its time limit, not by a person.
  bool timed_out() const { return timed_out_; }

  void log(std::int32_t level, std::string_view text) override;
  bool is_cancelled() override;

 private:
  Console& console_;
  std::string title_;
  const Job* job_ = nullptr;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
  bool timed_out_ = false;
};

}  // namespace winnow::cli

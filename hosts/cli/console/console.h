// Log lines for a person on stderr, and a progress bar if stderr is a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "abi/winnow.h"
#include "hosts/cli/console/bar.h"

namespace winnow::cli {

enum class Loudness { quiet, normal, verbose };

class Console {
 public:
  // Colours only on a terminal, and not if $NO_COLOR is set; no bar if $TERM is `dumb`.
  Console(int descriptor, Loudness loudness);
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;
  ~Console();

  // Quiet: warnings and errors; normal: also information; verbose: all.
  void log(std::int32_t level, std::string_view text);

  bool is_terminal() const { return is_terminal_; }

  // Draws the bar, at most ten times a second.
  void progress(std::string_view title, const winnow_progress& progress);
  void clear_progress();

 private:
  void write(const std::string& text) const;

  int descriptor_;
  Loudness loudness_;
  bool is_terminal_ = false;
  bool has_bar_ = false;
  bool has_colour_ = false;
  // The width of the current bar, 0 without one. The cursor is at its first character: if a
  // terminal that became narrower has broken it into lines, the others are below.
  std::size_t drawn_ = 0;
  std::chrono::steady_clock::time_point last_{};
  Speed speed_;
};

}  // namespace winnow::cli

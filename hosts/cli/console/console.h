// The output for a person on stderr: log lines, and a progress bar where stderr is a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "abi/winnow.h"

namespace winnow::cli {

enum class Loudness { quiet, normal, verbose };

class Console {
 public:
  // Colours only on a terminal, and not where $NO_COLOR is set; no bar where $TERM is `dumb`.
  Console(int descriptor, Loudness loudness);
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;
  ~Console();

  // Quiet: warnings and errors; normal: also information; verbose: all.
  void log(std::int32_t level, std::string_view text);

  // A report for a person: on a terminal only, and not when quiet.
  void show(std::string_view report);

  // Draws the bar, at most ten times a second.
  void progress(std::string_view title, const winnow_progress& progress);
  void clear_progress();

  // The bar's text; `columns` bounds its width. Separate for tests.
  static std::string bar(std::string_view title, const winnow_progress& progress,
                         std::size_t columns);

 private:
  void write(const std::string& text) const;
  std::size_t columns() const;

  int descriptor_;
  Loudness loudness_;
  bool is_terminal_ = false;
  bool has_bar_ = false;
  bool has_colour_ = false;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

// Writes all of the string to an open descriptor; false where it takes no more.
bool write_all(int descriptor, std::string_view text);

// Safe to show: control characters, by which a string could command a terminal, become `?`.
std::string printable(std::string_view text);

}  // namespace winnow::cli

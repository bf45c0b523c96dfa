#include "hosts/cli/console/console.h"

#include <unistd.h>

#include "document/instant.h"
#include "document/text_file.h"
#include "hosts/cli/console/display.h"
#include "hosts/cli/library/environment.h"

namespace winnow::cli {
namespace {

constexpr std::string_view kClearLine = "\r\x1b[K";
constexpr std::string_view kSaveCursor = "\x1b\x37";
constexpr std::string_view kRestoreCursor = "\x1b\x38";
constexpr std::string_view kClearLineBelow = "\x1b[B\x1b[K";
constexpr auto kPause = std::chrono::milliseconds(100);

struct Level {
  std::string_view name;
  std::string_view colour;
};

Level level_of(std::int32_t level) {
  switch (level) {
    case WINNOW_TRACE:
      return {"TRACE", "\x1b[2m"};
    case WINNOW_DEBUG:
      return {"DEBUG", "\x1b[2m"};
    case WINNOW_INFO:
      return {"INFO ", ""};
    case WINNOW_WARN:
      return {"WARN ", "\x1b[33m"};
    default:
      return {"ERROR", "\x1b[31m"};
  }
}

std::int32_t least_level(Loudness loudness) {
  switch (loudness) {
    case Loudness::quiet:
      return WINNOW_WARN;
    case Loudness::normal:
      return WINNOW_INFO;
    default:
      return WINNOW_TRACE;
  }
}

}  // namespace

Console::Console(int descriptor, Loudness loudness) : descriptor_(descriptor), loudness_(loudness) {
  const auto screen = screen_of(descriptor);
  is_terminal_ = screen.has_value();
  has_colour_ = screen && screen->colour;
  has_bar_ = screen && environment("TERM") != "dumb" && loudness != Loudness::quiet;
}

Console::~Console() {
  clear_progress();
}

void Console::log(std::int32_t level, std::string_view text) {
  if (level < least_level(loudness_)) return;
  clear_progress();
  const Level shown = level_of(level);
  std::string line = document::to_text(document::now()) + " ";
  const bool colour = has_colour_ && !shown.colour.empty();
  if (colour) line += shown.colour;
  line.append(shown.name);
  if (colour) line += "\x1b[0m";
  write(line + " " + printable(text) + "\n");
}

void Console::progress(std::string_view title, const winnow_progress& progress) {
  if (!has_bar_) return;
  speed_.note(progress.rows_done, progress.elapsed_ms);
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ > 0 && now - last_ < kPause) return;
  last_ = now;
  clear_progress();
  const auto line = bar(title, progress, speed_.rows_per_second(), terminal_columns(descriptor_));
  drawn_ = display_width(line);
  write(line + "\r");
}

void Console::clear_progress() {
  if (drawn_ == 0) return;
  std::string text(kClearLine);
  const auto columns = terminal_columns(descriptor_);
  if (drawn_ > columns) text += kSaveCursor;
  for (auto left = drawn_; left > columns; left -= columns) text += kClearLineBelow;
  if (drawn_ > columns) text += kRestoreCursor;
  write(text);
  drawn_ = 0;
}

// Losing a log line is better than ending a purge because nobody reads it.
void Console::write(const std::string& text) const {
  document::write_all(descriptor_, text);
}

}  // namespace winnow::cli

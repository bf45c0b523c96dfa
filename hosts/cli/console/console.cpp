#include "hosts/cli/console/console.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

#include <sys/ioctl.h>

#include "document/instant.h"
#include "document/utf8.h"
#include "hosts/cli/library/environment.h"

namespace winnow::cli {
namespace {

constexpr std::string_view kClearLine = "\r\x1b[K";
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

std::string_view phase_name(std::int32_t phase) {
  switch (phase) {
    case WINNOW_PHASE_CONNECTING:
      return "connecting";
    case WINNOW_PHASE_SELECTING:
      return "selecting";
    case WINNOW_PHASE_FINISHING:
      return "finishing";
    default:
      return "working";
  }
}

std::string with_commas(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::int64_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string gauge(std::int64_t done, std::int64_t planned, std::size_t width) {
  const auto share = static_cast<double>(std::clamp<std::int64_t>(done, 0, planned)) /
                     static_cast<double>(planned);
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
  return "[" + std::string(filled, '#') + std::string(width - filled, '.') + "] " +
         std::to_string(static_cast<int>(share * 100)) + "% ";
}

}  // namespace

std::string printable(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    safe += byte < 0x20 || byte == 0x7f ? (c == '\n' || c == '\t' ? ' ' : '?') : c;
  }
  return safe;
}

Console::Console(int descriptor, Loudness loudness) : descriptor_(descriptor), loudness_(loudness) {
  const bool terminal = ::isatty(descriptor) == 1;
  const bool dumb = environment("TERM") == "dumb";
  has_bar_ = terminal && !dumb && loudness != Loudness::quiet;
  is_terminal_ = terminal;
  has_colour_ = terminal && !dumb && !environment("NO_COLOR");
}

Console::~Console() {
  clear_progress();
}

void Console::log(std::int32_t level, std::string_view text) {
  if (level < least_level(loudness_)) return;
  clear_progress();
  const auto now =
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  const Level shown = level_of(level);
  std::string line = document::to_text(now) + " ";
  const bool colour = has_colour_ && !shown.colour.empty();
  if (colour) line += shown.colour;
  line.append(shown.name);
  if (colour) line += "\x1b[0m";
  write(line + " " + printable(text) + "\n");
}

void Console::show(std::string_view report) {
  if (!is_terminal_ || loudness_ == Loudness::quiet) return;
  clear_progress();
  for (auto rest = report; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    write(printable(rest.substr(0, end)) + "\n");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void Console::progress(std::string_view title, const winnow_progress& progress) {
  if (!has_bar_) return;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && now - last_ < kPause) return;
  last_ = now;
  drawn_ = true;
  write(std::string(kClearLine) + bar(title, progress, columns()));
}

void Console::clear_progress() {
  if (drawn_) write(std::string(kClearLine));
  drawn_ = false;
}

std::string Console::bar(std::string_view title, const winnow_progress& progress,
                         std::size_t columns) {
  std::string text = printable(title) + "  ";
  if (progress.phase != WINNOW_PHASE_WORKING) text.append(phase_name(progress.phase)) += "  ";
  if (progress.rows_planned > 0) {
    const std::size_t width = columns > 80 ? 30 : 15;
    text += gauge(progress.rows_done, progress.rows_planned, width) +
            with_commas(progress.rows_done) + "/" + with_commas(progress.rows_planned);
  } else {
    text += with_commas(progress.rows_done) + " rows";
  }
  if (progress.batches > 0) text += "  " + with_commas(progress.batches) + " batches";
  if (progress.retries > 0) text += "  " + with_commas(progress.retries) + " retries";
  text += "  " + with_commas(progress.elapsed_ms / 1000) + " s";
  // One column stays free: a full line would wrap on some terminals.
  return text.size() < columns ? text : document::shortened(text, columns > 4 ? columns - 4 : 0);
}

std::size_t Console::columns() const {
  winsize size{};
  const bool known = ::ioctl(descriptor_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

// Losing a log line is better than ending a purge because nobody reads it.
void Console::write(const std::string& text) const {
  write_all(descriptor_, text);
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace winnow::cli

#include "hosts/cli/console/display.h"

#include <algorithm>
#include <unistd.h>
#include <utf8proc.h>

#include <sys/ioctl.h>

#include "document/strings.h"
#include "document/utf8.h"
#include "hosts/cli/library/environment.h"

namespace winnow::cli {
namespace {

constexpr std::string_view kEllipsis = "…";

std::size_t columns_of(const document::Character& character) {
  if (character.code_point < 0) return 1;
  return static_cast<std::size_t>(std::max(0, utf8proc_charwidth(character.code_point)));
}

// The longest beginning that takes at most so many columns, with the marks that combine with its
// last character.
std::string_view beginning(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  for (std::size_t used = 0; bytes < text.size();) {
    const auto next = document::first_character(text.substr(bytes));
    used += columns_of(next);
    if (used > columns) break;
    bytes += next.bytes;
  }
  return text.substr(0, bytes);
}

}  // namespace

std::optional<Screen> screen_of(int descriptor) {
  if (::isatty(descriptor) != 1) return std::nullopt;
  const bool colour = environment("TERM") != "dumb" && !environment("NO_COLOR");
  return Screen{.columns = terminal_columns(descriptor), .colour = colour};
}

std::size_t terminal_columns(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const auto given = document::number_of<std::size_t>(environment("COLUMNS").value_or(""));
  return given && *given > 0 ? *given : Screen{}.columns;
}

std::string printable(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return document::printable(line);
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto next = document::first_character(text);
    columns += columns_of(next);
    text.remove_prefix(next.bytes);
  }
  return columns;
}

std::string elided(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  return std::string(beginning(text, columns - 1)).append(kEllipsis);
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
  columns = std::max<std::size_t>(columns, 2);
  std::vector<std::string> lines;
  for (auto line = beginning(text, columns); line.size() < text.size();
       line = beginning(text, columns)) {
    // A blank that does not fit any more ends the line as well as one that does.
    const auto blank = text.substr(0, line.size() + 1).rfind(' ');
    const bool between_words = blank != std::string_view::npos && blank > 0;
    if (between_words) line = text.substr(0, blank);
    lines.emplace_back(line);
    text.remove_prefix(line.size() + (between_words ? 1 : 0));
  }
  lines.emplace_back(text);
  return lines;
}

}  // namespace winnow::cli

// How strings stand on a terminal: how many columns they take, and how they are made to fit.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::cli {

// A terminal that something is printed to.
struct Screen {
  std::size_t columns = 80;
  // Not where $NO_COLOR is set or $TERM is `dumb`.
  bool colour = false;
};

// Nothing: the descriptor is no terminal.
std::optional<Screen> screen_of(int descriptor);

// The width of the descriptor's terminal as it is now; $COLUMNS where the terminal does not say it,
// or else 80.
std::size_t terminal_columns(int descriptor);

// The string on one line and safe to show: line breaks and tabs become spaces; other control
// characters, by which a string could command a terminal, and what is not UTF-8 become \xHH.
std::string printable(std::string_view text);

// Columns that a printable string takes: two for a wide character, none for a combining mark.
std::size_t display_width(std::string_view text);

// The string, or its beginning and an ellipsis, in at most so many columns.
std::string elided(std::string_view text, std::size_t columns);

// Lines of at most so many columns (at least two), broken between words where that is possible. An
// empty string is one empty line.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

}  // namespace winnow::cli

// Strings on a terminal: how many columns they take, and how to make them fit.
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
  // False if $NO_COLOR is set or $TERM is `dumb`.
  bool colour = false;
};

// Nothing: the descriptor is not a terminal.
std::optional<Screen> screen_of(int descriptor);

// The current width of the descriptor's terminal; $COLUMNS if the terminal does not report it, or
// else 80.
std::size_t terminal_columns(int descriptor);

// The string on one line and safe to show: line breaks and tabs become spaces; other control
// characters, which could control a terminal, and bytes that are not UTF-8 become \xHH.
std::string printable(std::string_view text);

// Columns that a printable string takes: two for a wide character, none for a combining mark.
std::size_t display_width(std::string_view text);

// The string, or its beginning and an ellipsis, in at most this many columns.
std::string elided(std::string_view text, std::size_t columns);

// Lines of at most this many columns (at least two), broken between words if possible. An empty
// string is one empty line.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

}  // namespace winnow::cli

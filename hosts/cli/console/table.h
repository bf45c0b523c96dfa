// A table on a terminal. It is never wider than the terminal: the widest columns shrink, and if no
// table fits, each row becomes a list of its cells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hosts/cli/console/display.h"

namespace winnow::cli {

enum class Align { left, right };

struct Column {
  std::string title = {};
  // Numbers are aligned right and never shortened.
  Align align = Align::left;
  // Cells that are too wide are broken into lines between words; otherwise they end with an
  // ellipsis.
  bool wraps = false;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // As many cells as columns, in printable strings.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // Lines, each ending with a line feed. The first has the titles, unless all of them are empty.
  std::string text(const Screen& screen) const;

 private:
  using Widths = std::vector<std::size_t>;
  Widths natural_widths(std::size_t most) const;
  bool narrow(Widths& widths, std::size_t columns) const;
  std::string line(const std::vector<std::string>& cells, const Widths& widths) const;
  std::string as_lists(const Screen& screen) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// The string in lines that fit, each ending with a line feed.
std::string paragraph(std::string_view text, const Screen& screen);

// A list's item after a hyphen, in lines that fit.
std::string item(std::string_view text, const Screen& screen);

// Bold, if the screen has colours.
std::string heading(std::string_view text, const Screen& screen);

}  // namespace winnow::cli

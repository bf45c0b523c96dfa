#include "hosts/cli/console/table.h"

#include <algorithm>
#include <numeric>

namespace winnow::cli {
namespace {

constexpr std::size_t kGap = 2;
// A column of text that is narrower tells nothing.
constexpr std::size_t kNarrowest = 8;

std::string padded(const std::string& text, std::size_t columns, Align align) {
  const auto width = display_width(text);
  const std::string space(columns > width ? columns - width : 0, ' ');
  return align == Align::left ? text + space : space + text;
}

void end_line(std::string& text) {
  text.erase(text.find_last_not_of(' ') + 1);
  text += '\n';
}

std::size_t total(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + kGap * (widths.size() - 1);
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add(std::vector<std::string> cells) {
  rows_.push_back(std::move(cells));
}

std::string Table::text(const Screen& screen) const {
  auto widths = natural_widths(screen.columns);
  if (!narrow(widths, screen.columns)) return as_lists(screen);
  std::string text;
  std::vector<std::string> titles;
  for (const auto& column : columns_) titles.push_back(column.title);
  const bool titled =
      std::ranges::any_of(titles, [](const std::string& title) { return !title.empty(); });
  if (titled) {
    auto top = line(titles, widths);
    top.pop_back();
    text += heading(top, screen) + "\n";
  }
  for (const auto& row : rows_) text += line(row, widths);
  return text;
}

// Numbers count in full; of other columns nothing is wider than the screen.
Table::Widths Table::natural_widths(std::size_t most) const {
  Widths widths;
  for (std::size_t at = 0; at < columns_.size(); ++at) {
    auto width = display_width(columns_[at].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[at]));
    widths.push_back(columns_[at].align == Align::right ? width : std::min(width, most));
  }
  return widths;
}

// Takes from the widest column of text until the table fits; false where it can't.
bool Table::narrow(Widths& widths, std::size_t columns) const {
  while (total(widths) > columns) {
    std::size_t* widest = nullptr;
    for (std::size_t at = 0; at < widths.size(); ++at) {
      if (columns_[at].align == Align::right || widths[at] <= kNarrowest) continue;
      if (widest == nullptr || widths[at] > *widest) widest = &widths[at];
    }
    if (widest == nullptr) return false;
    --*widest;
  }
  return true;
}

// Several lines where a cell wraps.
std::string Table::line(const std::vector<std::string>& cells, const Widths& widths) const {
  std::vector<std::vector<std::string>> parts;
  std::size_t height = 1;
  for (std::size_t at = 0; at < cells.size(); ++at) {
    parts.push_back(columns_[at].wraps ? wrapped(cells[at], widths[at])
                                       : std::vector<std::string>{elided(cells[at], widths[at])});
    height = std::max(height, parts.back().size());
  }
  std::string text;
  for (std::size_t row = 0; row < height; ++row) {
    std::string one;
    for (std::size_t at = 0; at < parts.size(); ++at) {
      if (at > 0) one.append(kGap, ' ');
      one += padded(row < parts[at].size() ? parts[at][row] : "", widths[at], columns_[at].align);
    }
    end_line(one);
    text += one;
  }
  return text;
}

// `title  cell` on a line, with an empty line between rows; nothing is left off.
std::string Table::as_lists(const Screen& screen) const {
  std::size_t titles = 0;
  for (const auto& column : columns_) titles = std::max(titles, display_width(column.title));
  titles = std::min(titles, screen.columns / 2 > kGap ? screen.columns / 2 - kGap : 0);
  const auto room = screen.columns > titles + kGap ? screen.columns - titles - kGap : 2;
  std::string text;
  for (const auto& row : rows_) {
    if (!text.empty()) text += '\n';
    for (std::size_t at = 0; at < row.size(); ++at) {
      auto title = padded(elided(columns_[at].title, titles), titles, Align::left);
      for (const auto& part : wrapped(row[at], room)) {
        auto one = title;
        one.append(kGap, ' ').append(part);
        end_line(one);
        text += one;
        title.assign(titles, ' ');
      }
    }
  }
  return text;
}

std::string paragraph(std::string_view text, const Screen& screen) {
  std::string lines;
  for (const auto& line : wrapped(text, screen.columns)) lines += line + "\n";
  return lines;
}

std::string item(std::string_view text, const Screen& screen) {
  constexpr std::size_t kMargin = 2;
  std::string lines;
  for (const auto& line : wrapped(text, screen.columns > kMargin ? screen.columns - kMargin : 0)) {
    lines += (lines.empty() ? "- " : "  ") + line + "\n";
  }
  return lines;
}

std::string heading(std::string_view text, const Screen& screen) {
  if (!screen.colour) return std::string(text);
  return "\x1b[1m" + std::string(text) + "\x1b[0m";
}

}  // namespace winnow::cli

#include "hosts/cli/console/bar.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "hosts/cli/console/display.h"
#include "hosts/cli/console/figures.h"

namespace winnow::cli {
namespace {

constexpr std::int64_t kWindowMs = 10'000;
constexpr std::int64_t kBetweenSamplesMs = 250;
constexpr std::int64_t kEnoughMs = 1'000;

std::string_view phase_name(std::int32_t phase) {
  switch (phase) {
    case WINNOW_PHASE_CONNECTING:
      return "connecting";
    case WINNOW_PHASE_SELECTING:
      return "selecting";
    case WINNOW_PHASE_FINISHING:
      return "finishing";
    default:
      return "";
  }
}

// What a bar may show; empty: it is not known.
struct Parts {
  std::string phase = {};
  // "50%"
  std::string share = {};
  std::string rows = {};
  std::string rate = {};
  std::string left = {};
  std::string elapsed = {};
  std::string batches = {};
  std::string retries = {};
};

// A plan that was passed already was an estimate that is too low.
bool has_share(const winnow_progress& progress) {
  return progress.rows_planned > 0 && progress.rows_done <= progress.rows_planned;
}

double share_of(const winnow_progress& progress) {
  return static_cast<double>(std::max<std::int64_t>(progress.rows_done, 0)) /
         static_cast<double>(progress.rows_planned);
}

Parts parts_of(const winnow_progress& progress, std::optional<double> rows_per_second) {
  Parts parts{.phase = std::string(progress.waiting != 0 ? "waiting" : phase_name(progress.phase)),
              .rows = grouped(progress.rows_done) + " rows",
              .elapsed = duration_text(progress.elapsed_ms / 1000)};
  if (progress.batches > 0) parts.batches = grouped(progress.batches) + " batches";
  if (progress.retries > 0) parts.retries = grouped(progress.retries) + " retries";
  if (rows_per_second) parts.rate = grouped(std::llround(*rows_per_second)) + " rows/s";
  if (!has_share(progress)) return parts;
  parts.share = std::to_string(static_cast<int>(share_of(progress) * 100)) + "%";
  parts.rows = grouped(progress.rows_done) + "/" + grouped(progress.rows_planned);
  if (rows_per_second && *rows_per_second > 0) {
    const auto rows = static_cast<double>(progress.rows_planned - progress.rows_done);
    parts.left = duration_text(std::llround(rows / *rows_per_second)) + " left";
  }
  return parts;
}

std::string gauge(const winnow_progress& progress, std::size_t width) {
  if (!has_share(progress) || width == 0) return "";
  const auto filled = static_cast<std::size_t>(share_of(progress) * static_cast<double>(width));
  return "[" + std::string(filled, '#') + std::string(width - filled, '.') + "]";
}

std::string line_of(std::initializer_list<std::string_view> parts) {
  std::string line;
  for (const auto part : parts) {
    if (part.empty()) continue;
    if (!line.empty()) line += "  ";
    line += part;
  }
  return line;
}

}  // namespace

void Speed::note(std::int64_t rows, std::int64_t elapsed_ms) {
  if (!samples_.empty()) {
    const auto& last = samples_.back();
    if (rows < last.rows || elapsed_ms < last.ms) samples_.clear();
  }
  if (!samples_.empty() && elapsed_ms - samples_.back().ms < kBetweenSamplesMs) return;
  samples_.push_back({rows, elapsed_ms});
  // One that is older than the window stays, so that the window is full.
  while (samples_.size() > 2 && elapsed_ms - samples_[1].ms >= kWindowMs) samples_.pop_front();
}

std::optional<double> Speed::rows_per_second() const {
  if (samples_.empty()) return std::nullopt;
  const auto ms = samples_.back().ms - samples_.front().ms;
  if (ms < kEnoughMs) return std::nullopt;
  return static_cast<double>(samples_.back().rows - samples_.front().rows) * 1000 /
         static_cast<double>(ms);
}

std::string bar(std::string_view title, const winnow_progress& progress,
                std::optional<double> rows_per_second, std::size_t columns) {
  constexpr std::size_t kLongest = 30;
  constexpr std::size_t kShort = 15;
  const auto room = columns > 0 ? columns - 1 : 0;
  const auto name = printable(title);
  const auto brief = elided(name, std::max<std::size_t>(room / 2, 8));
  const auto p = parts_of(progress, rows_per_second);
  const auto time = p.left.empty() ? p.elapsed : p.left;
  const std::array<std::string, 8> lines{
      line_of({name, p.phase, gauge(progress, kLongest), p.share, p.rows, p.rate, p.left, p.batches,
               p.retries, p.elapsed}),
      line_of({name, p.phase, gauge(progress, kShort), p.share, p.rows, p.rate, time}),
      line_of({name, p.phase, gauge(progress, kShort), p.share.empty() ? p.rows : p.share, p.rate,
               time}),
      line_of({brief, p.phase, p.share, p.rows, p.rate, time}),
      line_of({brief, p.share, p.rows, time}),
      line_of({brief, p.share.empty() ? p.rows : p.share, time}),
      line_of({brief, p.share.empty() ? p.rows : p.share}),
      p.share.empty() ? p.rows : p.share};
  const auto* fitting = std::find_if(lines.begin(), lines.end() - 1,
                                     [&](const auto& line) { return display_width(line) <= room; });
  return elided(*fitting, room);
}

}  // namespace winnow::cli

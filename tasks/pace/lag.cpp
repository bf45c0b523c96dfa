#include "tasks/pace/lag.h"

#include <algorithm>
#include <iterator>

namespace winnow::tasks {
namespace {

constexpr std::size_t kMostPositions = 32;

}  // namespace

void LagTracker::note(const std::string& position, Clock::time_point now) {
  if (position.empty() || (!seen_.empty() && seen_.back().position == position)) return;
  seen_.push_back({.position = position, .at = now});
  if (seen_.size() <= kMostPositions) return;
  // Drops every second position but never the oldest: the lag becomes coarser, and is at most one
  // gap too small.
  std::vector<Seen> kept;
  for (std::size_t at = 0; at < seen_.size(); ++at) {
    if (at % 2 == 0 || at + 1 == seen_.size()) kept.push_back(std::move(seen_[at]));
  }
  seen_ = std::move(kept);
}

database::TextList LagTracker::positions() const {
  database::TextList positions;
  for (const auto& seen : seen_) positions.push_back(seen.position);
  return positions;
}

std::chrono::milliseconds LagTracker::behind(std::int64_t applied, Clock::time_point now) const {
  const auto index = static_cast<std::size_t>(std::max<std::int64_t>(applied, 0));
  if (index >= seen_.size()) return std::chrono::milliseconds{0};
  return std::chrono::duration_cast<std::chrono::milliseconds>(now - seen_[index].at);
}

void LagTracker::forget(std::int64_t applied) {
  // The newest stays, because note() compares with it.
  const auto most = static_cast<std::int64_t>(seen_.size()) - 1;
  const auto count = std::min(applied, most);
  if (count > 0) seen_.erase(seen_.begin(), std::next(seen_.begin(), count));
}

}  // namespace winnow::tasks

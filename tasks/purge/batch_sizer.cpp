#include "tasks/purge/batch_sizer.h"

#include <algorithm>

namespace winnow::tasks {
namespace {

using std::chrono::milliseconds;

// What Kestra takes; it grows from there.
constexpr std::int64_t kFirstBatch = 100;
// Below it a batch's time is that of its round trips: on a far or busy server it would shrink to a
// row at a time and win nothing.
constexpr std::int64_t kLeastBatch = 50;
// A batch's commit and its round trips are then an eighth to a quarter of its time.
constexpr int kCommits = 16;
constexpr milliseconds kShortest(8);
constexpr milliseconds kLongest(250);

}  // namespace

BatchSizer::BatchSizer(std::int64_t most, std::optional<milliseconds> asked)
    : most_(most),
      asked_(asked),
      quickest_commit_(kLongest / kCommits),
      size_(std::min(most, kFirstBatch)) {}

BatchSizer::Duration BatchSizer::target() const {
  if (asked_) return *asked_;
  return std::clamp<Duration>(quickest_commit_.load() * kCommits, kShortest, kLongest);
}

void BatchSizer::learn(std::int64_t rows, Duration took, Duration commit) {
  if (commit > Duration::zero() && commit < quickest_commit_.load()) quickest_commit_ = commit;
  const auto size = size_.load();
  // A last, short batch says nothing.
  if (rows < size) return;
  const auto spent = std::max<Duration>(took, milliseconds(1));
  const std::int64_t fitting =
      size * (target() / std::chrono::microseconds(1)) / (spent / std::chrono::microseconds(1));
  const auto most = most_.load();
  // Never more than doubled or halved at a time: one slow commit is no trend.
  size_.store(
      std::clamp(std::clamp(fitting, size / 2, size * 2), std::min(most, kLeastBatch), most));
}

void BatchSizer::limit(std::int64_t rows) {
  const auto most = std::max<std::int64_t>(1, rows);
  if (most < most_.load()) most_.store(most);
  if (most < size_.load()) size_.store(most);
}

}  // namespace winnow::tasks

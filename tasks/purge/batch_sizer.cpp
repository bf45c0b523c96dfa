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

}  // namespace

BatchSizer::BatchSizer(std::int64_t most, milliseconds target)
    : most_(most), target_(target), size_(std::min(most, kFirstBatch)) {}

void BatchSizer::learn(std::int64_t rows, std::chrono::steady_clock::duration took) {
  const auto size = size_.load();
  // A last, short batch says nothing.
  if (rows < size) return;
  const auto spent =
      std::max<std::int64_t>(1, std::chrono::duration_cast<milliseconds>(took).count());
  const std::int64_t fitting = size * target_.count() / spent;
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

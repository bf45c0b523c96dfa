// Remembers the counts of the last batches, to check whether a server that took over has them: it
// may lack the last commits of its predecessor if that did not wait for a replica.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <utility>
#include <vector>

#include "outcome/try.h"

namespace winnow::tasks {

// The first and the last key that a batch deleted.
template <class Key>
std::vector<Key> ends_of(const std::vector<Key>& removed) {
  std::vector<Key> ends{removed.front()};
  if (removed.size() > 1) ends.push_back(removed.back());
  return ends;
}

// A Batch has `ends` (at most two of its rows), `rows`, and `reopened`: the value of the
// ReconnectingConnection that committed it. Not thread-safe.
template <class Batch>
class CommittedBatches {
 public:
  // Older batches are forgotten: a replica lags by seconds.
  static constexpr std::size_t kMost = 1'000;

  void remember(Batch batch) {
    batches_.push_back(std::move(batch));
    if (batches_.size() > kMost) batches_.pop_front();
  }

  // nullptr: there is none.
  const Batch* newest() const { return batches_.empty() ? nullptr : &batches_.back(); }

  // Whether the connection was reopened since the last forget_lost().
  bool is_to_be_asked(std::int64_t reopened) const { return reopened != asked_after_; }

  // Passes each lost batch of earlier connections to `uncount` and forgets it, starting with the
  // newest. If the server has a batch, it also has all earlier ones. `count_ends` counts the ends
  // of a batch that still exist.
  template <class CountEnds, class Uncount>
  Outcome<void> forget_lost(std::int64_t reopened, const CountEnds& count_ends,
                            const Uncount& uncount) {
    auto end = std::find_if(batches_.begin(), batches_.end(),
                            [&](const Batch& batch) { return batch.reopened == reopened; });
    while (end != batches_.begin()) {
      const auto newest = std::prev(end);
      WINNOW_TRY(const auto there, count_ends(*newest));
      // A late write of Kestra's may have restored one of the two.
      if (std::cmp_less(there, newest->ends.size())) break;
      uncount(*newest);
      lost_ += newest->rows;
      end = batches_.erase(newest);
    }
    asked_after_ = reopened;
    return {};
  }

  // The rows of the batches that were lost since the last call.
  std::int64_t take_lost() { return std::exchange(lost_, 0); }

 private:
  std::deque<Batch> batches_;
  std::int64_t asked_after_ = 0;
  std::int64_t lost_ = 0;
};

}  // namespace winnow::tasks

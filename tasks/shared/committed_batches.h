// What was counted for the last batches, so that a server which took over can be asked whether it
// has them: it may lack the last commits of its predecessor, where that waited for no replica.
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

// The first and the last of what a batch removed.
template <class Key>
std::vector<Key> ends_of(const std::vector<Key>& removed) {
  std::vector<Key> ends{removed.front()};
  if (removed.size() > 1) ends.push_back(removed.back());
  return ends;
}

// A Batch has `ends` (two of its rows at most), `rows`, and `reopened`: that of the
// ReconnectingConnection which committed it. Not thread-safe.
template <class Batch>
class CommittedBatches {
 public:
  // Older ones are forgotten: a replica lags by seconds.
  static constexpr std::size_t kMost = 1'000;

  void remember(Batch batch) {
    batches_.push_back(std::move(batch));
    if (batches_.size() > kMost) batches_.pop_front();
  }

  // nullptr: there is none.
  const Batch* newest() const { return batches_.empty() ? nullptr : &batches_.back(); }

  // Whether the connection was opened again since forget_lost() was done last.
  bool is_to_be_asked(std::int64_t reopened) const { return reopened != asked_after_; }

  // Hands each batch that is back to `uncount` and forgets it: of those that earlier connections
  // committed, from the newest on. What a server has includes all that was committed before.
  // `count_ends` asks how many of a batch's ends are there.
  template <class CountEnds, class Uncount>
  Outcome<void> forget_lost(std::int64_t reopened, const CountEnds& count_ends,
                            const Uncount& uncount) {
    auto end = std::find_if(batches_.begin(), batches_.end(),
                            [&](const Batch& batch) { return batch.reopened == reopened; });
    while (end != batches_.begin()) {
      const auto newest = std::prev(end);
      WINNOW_TRY(const auto there, count_ends(*newest));
      // One of the two may have come back by a late write of Kestra's.
      if (std::cmp_less(there, newest->ends.size())) break;
      uncount(*newest);
      lost_ += newest->rows;
      end = batches_.erase(newest);
    }
    asked_after_ = reopened;
    return {};
  }

  // The rows of those that were handed back since this was asked last.
  std::int64_t take_lost() { return std::exchange(lost_, 0); }

 private:
  std::deque<Batch> batches_;
  std::int64_t asked_after_ = 0;
  std::int64_t lost_ = 0;
};

}  // namespace winnow::tasks

// What was counted for the last batches, so that a server which took over can be asked whether it has
// them: it may lack the last commits of its predecessor, where that waited for no replica.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <utility>

#include "outcome/try.h"

namespace winnow::tasks {

// A Batch has `reopened`: that of the ReconnectingConnection which committed it. Not thread-safe.
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

  // Hands each batch that is back to `uncount` and forgets it: of those that earlier connections
  // committed, from the newest on. What a server has includes all that was committed before.
  template <class IsBack, class Uncount>
  Outcome<void> forget_lost(std::int64_t reopened, const IsBack& is_back, const Uncount& uncount) {
    auto end = std::find_if(batches_.begin(), batches_.end(),
                            [&](const Batch& batch) { return batch.reopened == reopened; });
    while (end != batches_.begin()) {
      const auto newest = std::prev(end);
      WINNOW_TRY(const bool back, is_back(*newest));
      if (!back) return {};
      uncount(*newest);
      end = batches_.erase(newest);
    }
    return {};
  }

 private:
  std::deque<Batch> batches_;
};

}  // namespace winnow::tasks

// A long list of keys, so many at a time: for statements that take no more.
#pragma once

#include <algorithm>
#include <cstddef>

#include "database/statement.h"
#include "outcome/try.h"

namespace winnow::tasks {

// `act` takes a TextList of at most `size` keys and returns an Outcome<void>.
template <class Act>
Outcome<void> in_chunks(const database::TextList& keys, std::size_t size, const Act& act) {
  for (std::size_t from = 0; from < keys.size(); from += size) {
    const auto begin = keys.begin() + static_cast<std::ptrdiff_t>(from);
    const auto count = std::min(size, keys.size() - from);
    WINNOW_CHECK(act(database::TextList(begin, begin + static_cast<std::ptrdiff_t>(count))));
  }
  return {};
}

}  // namespace winnow::tasks

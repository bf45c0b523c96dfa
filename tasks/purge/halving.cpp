#include "tasks/purge/halving.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "outcome/try.h"

namespace winnow::tasks {
namespace {

bool is_one_family(const std::vector<BatchRow>& rows) {
  return rows.front().family() == rows.back().family();
}

// Where the second half begins: between two families, if there are two. Within one it is behind
// children, whose parents go later.
std::size_t middle_of(const std::vector<BatchRow>& rows) {
  const auto half = rows.size() / 2;
  const auto begins = [&](std::size_t at) { return rows[at - 1].family() != rows[at].family(); };
  for (auto at = half; at < rows.size(); ++at) {
    if (at > 0 && begins(at)) return at;
  }
  for (auto at = half; at > 0; --at) {
    if (begins(at)) return at;
  }
  return half;
}

// Rows of another number go in another transaction (BatchRow::shard).
std::size_t end_of_transaction(const std::vector<BatchRow>& rows) {
  const auto end = std::find_if(rows.begin(), rows.end(), [&](const BatchRow& row) {
    return row.shard != rows.front().shard;
  });
  return static_cast<std::size_t>(end - rows.begin());
}

// The first part to be taken next.
void split(Batch batch, std::size_t at, std::vector<Batch>& parts) {
  const auto middle = batch.rows.begin() + static_cast<std::ptrdiff_t>(at);
  parts.push_back({.deleted = batch.deleted,
                   .rows = {std::move_iterator(middle), std::move_iterator(batch.rows.end())}});
  batch.rows.erase(middle, batch.rows.end());
  parts.push_back(std::move(batch));
}

void split_in_half(Batch batch, std::vector<Batch>& parts) {
  const auto middle = middle_of(batch.rows);
  split(std::move(batch), middle, parts);
}

}  // namespace

Outcome<void> by_halves(Batch batch, BatchSizer& sizer, const Stall& stall, Progress& progress,
                        const ActOnPart& act, const RefusedPart& refused) {
  std::vector<Batch> parts;
  parts.push_back(std::move(batch));
  while (!parts.empty() && !stall.is_over()) {
    auto part = std::move(parts.back());
    parts.pop_back();
    const auto end = end_of_transaction(part.rows);
    if (end < part.rows.size()) {
      split(std::move(part), end, parts);
      continue;
    }
    if (part.rows.size() > static_cast<std::size_t>(sizer.most())) {
      split_in_half(std::move(part), parts);
      continue;
    }
    Batch rest{.deleted = part.deleted};
    const auto acted = act(part, rest);
    if (acted) {
      if (!rest.rows.empty()) parts.push_back(std::move(rest));
      continue;
    }
    const auto& failure = acted.error();
    if (failure.blame == Blame::none) return acted;
    const bool too_many = failure.blame == Blame::number_of_rows && part.rows.size() > 1;
    if (!too_many && is_one_family(part.rows)) {
      WINNOW_CHECK(refused(part, failure));
      continue;
    }
    ++progress.retries;
    if (failure.blame == Blame::number_of_rows) {
      sizer.limit(static_cast<std::int64_t>(part.rows.size() / 2));
    }
    split_in_half(std::move(part), parts);
  }
  return {};
}

}  // namespace winnow::tasks

#include "tasks/listing/without_newest.h"

#include <algorithm>

#include "outcome/try.h"
#include "tasks/listing/listing.h"

namespace winnow::tasks {

Outcome<std::int64_t> RowsWithoutNewest::read(std::int64_t limit,
                                              const RowReader::Handler& handler) {
  if (newest_ == nullptr) return reader_.read(limit, handler);
  std::int64_t rows = 0;
  auto at_once = std::min(limit, kMostAtOnce);
  while (rows < limit) {
    if (waiting_.empty()) {
      if (ended_) break;
      WINNOW_CHECK(read_more(at_once));
      at_once = std::min(2 * at_once, kMostAtOnce);
      continue;
    }
    const auto row = std::move(waiting_.front());
    waiting_.pop_front();
    WINNOW_TRY(const bool stays,
               newest_->keeps(connection_, row.deleted, row.flow, row.position.key));
    if (stays) continue;
    ++rows;
    WINNOW_TRY(const bool more, handler({.text = row.text,
                                         .position = row.position,
                                         .deleted = row.deleted,
                                         .flow = row.flow}));
    if (!more) break;
  }
  return rows;
}

// No more than a page has bytes: rows may hold their documents.
Outcome<void> RowsWithoutNewest::read_more(std::int64_t rows) {
  std::size_t bytes = 0;
  bool full = false;
  const auto take = [&](const ListedRow& row) -> Outcome<bool> {
    bytes += row.text.size();
    waiting_.push_back({.text = std::string(row.text),
                        .position = row.position,
                        .deleted = row.deleted,
                        .flow = row.flow});
    full = bytes > kLongestPage;
    return !full;
  };
  WINNOW_TRY(const auto read, reader_.read(rows, take));
  ended_ = read < rows && !full;
  return {};
}

}  // namespace winnow::tasks

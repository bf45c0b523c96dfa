// The source of a purge's batches: a walk over the selected rows, oldest first, by keyset.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "database/connection.h"
#include "tasks/families/families.h"
#include "tasks/purge/batch.h"
#include "tasks/purge/flows.h"
#include "tasks/purge/found_rows.h"
#include "tasks/purge/statements.h"
#include "tasks/selection/newest.h"

namespace winnow::tasks {

// Shared by the workers of one purge: each call returns the next rows after those that any worker
// got before, so that no deleted row is visited twice. Keys are read many at a time and without
// locks; a batch's rows are locked, by their keys, only in the transaction that deletes them. So
// there is no lock order to respect, the index of the walk is read only once however small the
// batches are, and workers don't wait for each other's reads. Thread-safe.
class BatchSource {
 public:
  // Keys that are read at once: less than ten megabytes of memory. If PostgreSQL prefers the index
  // by state, it sorts all remaining rows for each page, so there must be few pages.
  static constexpr std::int64_t kPage = 40'000;
  // A tablet of Vitess returns no more at once by default.
  static constexpr std::int64_t kPageOfShards = 10'000;
  // If a limit of the server does not allow a page of that size, pages shrink down to this size.
  static constexpr std::int64_t kSmallestPage = 100;

  // The arguments must outlive it. `newest`: which of the selected rows stay; nullptr: none.
  // `families`: rows are deleted with their children; nullptr: each by itself. `page`: keys that
  // are read at once. `found`: the result of a walk for several purges, which replaces the first
  // walk; nullptr: none.
  BatchSource(const Selection& selection, const PurgeStatements& statements,
              NewestOfFlows* newest = nullptr, const Families* families = nullptr,
              std::int64_t page = kPage, FoundRows* found = nullptr)
      : selection_(selection),
        statements_(statements),
        newest_(newest),
        families_(families),
        page_size_(page),
        found_(found) {}

  // The next rows, at most `limit` (for families: roots); empty: the walk is finished. Outside a
  // transaction. Towards the end of the walk fewer: the workers share the remaining rows, so that
  // none is left with one last large batch. They may include rows that are not selected, which
  // PurgeStatements::take() leaves out.
  Outcome<Batch> next(database::Connection& connection, std::int64_t limit,
                      std::int32_t workers = 1);

  // The number of rows that were read and not handed out yet. If there are none, another page may
  // still have some.
  std::size_t at_hand();
  bool has_more();

  // Starts again from the oldest row, for rows that others had locked before.
  void rewind();

 private:
  Outcome<Batch> picked(database::Connection& connection, std::int64_t limit, std::int32_t workers);
  std::int64_t share(std::int64_t limit, std::int32_t workers) const;
  Outcome<void> complete(database::Connection& connection, Batch& batch);
  void give_back(Batch batch);
  Outcome<void> read_page(database::Connection& connection);
  Outcome<void> read_page_of(database::Connection& connection, std::int64_t rows);
  Outcome<std::vector<BatchRow>> going(database::Connection& connection, std::int64_t limit);
  BatchRow row_of(const database::Row& row);
  Outcome<void> take_page(std::int64_t rows);

  const Selection& selection_;
  const PurgeStatements& statements_;
  NewestOfFlows* newest_;
  const Families* families_;
  std::mutex mutex_;
  std::size_t branch_ = 0;
  // The position of the last row of page_.
  std::optional<PurgeStatements::Position> position_;
  Batch page_;
  std::size_t handed_out_ = 0;
  // Batches to hand out again.
  std::vector<Batch> returned_;
  std::int64_t page_size_;
  FoundRows* found_;
  // The flows of page_.
  Flows flows_;
};

}  // namespace winnow::tasks

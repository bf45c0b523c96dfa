// Where the batches of a purge come from: a walk over the selected rows, oldest first, by keyset.
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

// Shared by the workers of one purge: each call hands out the next rows after those that any worker
// got before, so that nobody looks twice at what is already deleted. Keys are read many at a time
// and without locks; a batch's rows are locked, by their keys, only in the transaction that removes
// them. So no order of locks has to be kept with others, the index of the walk is read once however
// small the batches are, and workers don't wait for each other's reads. Thread-safe.
class BatchSource {
 public:
  // Keys that are read at once: under ten megabytes of memory. PostgreSQL sorts all that is left
  // for each page where it takes the index by state for the better one, so that pages have to be
  // few.
  static constexpr std::int64_t kPage = 40'000;
  // A tablet of Vitess gives no more at once, unless its operator says so.
  static constexpr std::int64_t kPageOfShards = 10'000;
  // Where a limit of the server allows no page of that size, pages shrink down to this one.
  static constexpr std::int64_t kSmallestPage = 100;

  // They must outlive it.
  // `newest`: which of the selected rows stay; nullptr: none. `families`: they go with their
  // children; nullptr: each by itself. `page`: keys that are read at once. `found`: what a walk for
  // several purges has found, which takes the place of the first walk; nullptr: nothing.
  BatchSource(const Selection& selection, const PurgeStatements& statements,
              NewestOfFlows* newest = nullptr, const Families* families = nullptr,
              std::int64_t page = kPage, FoundRows* found = nullptr)
      : selection_(selection),
        statements_(statements),
        newest_(newest),
        families_(families),
        page_size_(page),
        found_(found) {}

  // The next rows, at most `limit` (of families: so many roots); empty: the walk has come to its
  // end. Outside of a transaction. Towards the end of the walk fewer: what is left is shared by
  // the workers, so that none of them is alone with a last large batch.
  // Some may be among them that are not selected, which PurgeStatements::take() leaves out.
  Outcome<Batch> next(database::Connection& connection, std::int64_t limit,
                      std::int32_t workers = 1);

  // The rows that were read and not handed out yet. Where there is none, whether another page may
  // have some: nobody knows before it is asked for.
  std::size_t at_hand();
  bool has_more();

  // Starts from the oldest row again, for what was locked by others before.
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
  // Of the last row of page_.
  std::optional<PurgeStatements::Position> position_;
  Batch page_;
  std::size_t handed_out_ = 0;
  // To be handed out again.
  std::vector<Batch> returned_;
  std::int64_t page_size_;
  FoundRows* found_;
  // Those of page_.
  Flows flows_;
};

}  // namespace winnow::tasks

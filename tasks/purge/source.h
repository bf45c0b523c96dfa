// Where the batches of a purge come from: a walk over the selected rows, oldest first, by keyset.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "database/connection.h"
#include "tasks/purge/steps.h"
#include "tasks/selection/selection.h"

namespace winnow::tasks {

struct Batch {
  std::optional<bool> deleted = {};  // the branch that the rows are of
  std::vector<BatchRow> rows = {};
};

// How a transaction takes hold of its rows.
enum class RowLock {
  none,      // only looks
  waiting,   // of rows that stay when their dependents go: each is met once, so it is waited for
  skipping,  // of rows that go: those that others hold are passed over and met again later
};

// Shared by the workers of one purge: each call hands out the next rows after those that any worker
// got before, so that nobody looks twice at what is already gone. Keys are read many at a time and
// without locks; a batch's rows are locked, by their keys, only in the transaction that removes
// them. So no order of locks has to be kept with others, the index of the walk is read once however
// small the batches are, and workers don't wait for each other's reads. Thread-safe.
class BatchSource {
 public:
  BatchSource(const Manifest& manifest, const Selection& selection, const PurgeSteps& steps,
              RowLock lock);

  // The next rows, at most `limit`; none: the walk has come to its end. Outside of a transaction. With locks some may be
  // among them that are not selected, which lock() leaves out.
  Outcome<Batch> next(database::Connection& connection, std::int64_t limit);

  // Begins a transaction and locks those of `batch` that still are as they were selected, in the
  // order of their keys. The transaction stays open, also when none is left.
  Outcome<Batch> lock(database::Connection& connection, const Batch& batch) const;

  // Starts from the oldest row again, for what was locked by others before.
  void rewind();

  // True while a selected row exists, locked or not. Runs outside of a transaction.
  Outcome<bool> any_left(database::Connection& connection) const;

  // The statements of the first rows' keys and of a batch's locks, for plans.
  database::Statement first_statement(const database::Dialect& dialect, std::optional<bool> deleted,
                                      std::int64_t limit) const;
  database::Statement lock_statement(const database::Dialect& dialect, const Batch& batch) const;
  // How many rows are selected in this branch, counted no further than `most`.
  database::Statement count_statement(const database::Dialect& dialect, std::optional<bool> deleted,
                                      std::optional<std::int64_t> most) const;

 private:
  struct Position {
    std::string order;
    std::string key;
  };
  void write_identity(database::SqlWriter& writer) const;
  void write_from(database::SqlWriter& writer) const;
  database::Statement page(const database::Dialect& dialect, std::optional<bool> deleted,
                           const std::optional<Position>& after, std::int64_t limit) const;
  BatchRow row_of(const database::Row& row);
  std::shared_ptr<const FlowOf> flow_of(const database::Row& row);
  Outcome<void> read_page(database::Connection& connection, std::int64_t limit);

  const Manifest& manifest_;
  const Selection& selection_;
  const PurgeSteps& steps_;
  const database::Column* order_ = nullptr;
  RowLock lock_;
  mutable std::mutex mutex_;
  std::size_t branch_ = 0;
  std::optional<Position> position_;                            // of the last row of page_
  Batch page_;                                                  // rows that were read
  std::size_t handed_out_ = 0;                                  // of them
  std::map<std::string, std::shared_ptr<const FlowOf>> flows_;  // of page_
};

}  // namespace winnow::tasks

// Where the batches of a purge come from: a walk over the selected rows, oldest first, by keyset.
#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "database/connection.h"
#include "tasks/purge_steps.h"
#include "tasks/selection.h"

namespace winnow::tasks {

struct Batch {
  std::optional<bool> deleted;  // the branch that the rows are of
  std::vector<BatchRow> rows;   // empty: the walk has come to its end
};

// Shared by the workers of one purge: each call hands out the next rows after those that any worker
// got before, so that nobody looks twice at what is already gone. Thread-safe.
class BatchSource {
 public:
  // `lock`: rows are locked in the connection's transaction and those that others hold are passed
  // over.
  BatchSource(const Manifest& manifest, const Selection& selection, const PurgeSteps& steps,
              bool lock);

  // Begins a transaction on `connection` and takes the next rows in it, at most `limit`. The
  // transaction stays open, also when there are no rows left.
  Outcome<Batch> next(database::Connection& connection, std::int64_t limit);

  // Takes those of `batch` again that still are as they were selected, in a new transaction.
  Outcome<Batch> again(database::Connection& connection, const Batch& batch) const;

  // Starts from the oldest row again, for what was locked by others before.
  void rewind();

  // True while a selected row exists, locked or not. Runs outside of a transaction.
  Outcome<bool> any_left(database::Connection& connection) const;

  // The statement of a first batch, for plans.
  database::Statement first_statement(const database::Dialect& dialect, std::optional<bool> deleted,
                                      std::int64_t limit) const;
  // How many rows are selected in this branch, counted no further than `most`.
  database::Statement count_statement(const database::Dialect& dialect, std::optional<bool> deleted,
                                      std::optional<std::int64_t> most) const;

 private:
  struct Position {
    std::string order;
    std::string key;
  };
  void write_select(database::SqlWriter& writer, std::optional<bool> deleted) const;
  database::Statement page(const database::Dialect& dialect, std::optional<bool> deleted,
                           const std::optional<Position>& after, std::int64_t limit) const;
  Outcome<std::vector<BatchRow>> fetch(database::Connection& connection,
                                       const database::Statement& statement) const;

  const Manifest& manifest_;
  const Selection& selection_;
  const PurgeSteps& steps_;
  const database::Column* order_ = nullptr;
  bool lock_;
  mutable std::mutex mutex_;
  std::size_t branch_ = 0;
  std::optional<Position> position_;
};

}  // namespace winnow::tasks

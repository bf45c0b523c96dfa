// One connection's share of a purge: takes batches and removes each in a short transaction of its
// own.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "database/connection.h"
#include "tasks/backoff.h"
#include "tasks/key_spool.h"
#include "tasks/purge_source.h"
#include "tasks/purge_steps.h"
#include "tasks/task.h"

namespace winnow::tasks {

// What the workers of one purge share. Thread-safe but for the references it holds.
class PurgeLedger {
 public:
  explicit PurgeLedger(Json counters) : counters_(std::move(counters)) {}

  void add(const std::string& counter, std::int64_t rows);
  // Notes keys whose rows are gone, for the second look.
  Outcome<void> gone(const std::vector<BatchRow>& rows);
  // Keeps the first file that stays, and counts the executions that stay with their files.
  void kept(const Failure& failure);

  Json counters() const;
  std::optional<Failure> kept_failure() const;
  std::int64_t kept_executions() const;
  KeySpool& keys() { return keys_; }  // only once the workers are done

 private:
  mutable std::mutex mutex_;
  Json counters_;
  KeySpool keys_;
  std::optional<Failure> kept_;
  std::int64_t kept_executions_ = 0;
};

// How many rows the next transaction takes: grows and shrinks towards a target time, never above
// the task's batchSize.
class BatchSizer {
 public:
  explicit BatchSizer(std::int64_t most);
  std::int64_t size() const { return size_.load(); }
  // What a batch of `rows` took.
  void learn(std::int64_t rows, std::chrono::steady_clock::duration took);

 private:
  std::int64_t most_;
  std::atomic<std::int64_t> size_;
};

struct PurgeShared {
  const Manifest& manifest;
  Context& context;
  const Selection& selection;
  const PurgeSteps& steps;
  BatchSource& source;
  PurgeLedger& ledger;
  BatchSizer& sizer;
  bool dry_run;
};

// Not thread-safe: one thread each.
class PurgeWorker {
 public:
  PurgeWorker(PurgeShared& shared, std::unique_ptr<database::Connection> connection);

  // Takes one batch and removes it. False when the walk has come to its end. Conflicts are tried
  // again, a lost connection is opened again, both within a budget.
  Outcome<bool> step();

  // Removes children that were written after their execution's batch (measurements.md): those of
  // `keys` that did not come back meanwhile.
  Outcome<void> look_again(const std::vector<std::string>& keys);

  // The number that a SELECT count(*) gives.
  Outcome<std::int64_t> count_of(const database::Statement& statement);

  database::Connection& connection() { return *connection_; }

 private:
  Outcome<void> remove(Batch batch);
  Outcome<void> attempt(Batch& batch);
  Outcome<void> remove_files(Batch& batch);
  Outcome<void> committed(const Batch& batch);
  Outcome<void> count(const Batch& batch);
  Outcome<bool> recover(const Failure& failure, const Batch& batch, Backoff& backoff);
  Outcome<bool> is_gone(const Batch& batch);
  Failure given_up(Failure failure) const;
  Outcome<void> remove_late(const std::vector<std::string>& keys);
  Outcome<std::vector<BatchRow>> those_gone(const std::vector<std::string>& keys);
  database::Statement select_by_keys(const std::string& expression, database::TextList keys) const;

  PurgeShared& shared_;
  std::unique_ptr<database::Connection> connection_;
  // What the statements of the transaction in flight changed, by counter; counted once it is known
  // to be committed.
  std::map<std::string, std::int64_t> in_flight_;
};

}  // namespace winnow::tasks

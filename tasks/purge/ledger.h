// Shared by the workers of one purge: the counts of deleted rows, the rows that stay, and the keys
// for the sweep of late rows.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "database/dialect.h"
#include "tasks/purge/batch.h"
#include "tasks/purge/skipped.h"
#include "tasks/shared/key_spool.h"
#include "tasks/shared/lock_wait.h"

namespace winnow::tasks {

// The counts of a batch, and two of its rows for checking whether a server has the batch.
struct CommittedBatch {
  std::vector<BatchRow> ends = {};  // the first and the last
  std::int64_t rows = 0;
  std::map<std::string, std::int64_t> counts = {};
  std::map<std::string, std::int64_t> namespaces = {};
  std::int64_t reopened = 0;  // of the connection that committed it
};

// The number of rows by the namespace of their flow, for rows that have one (BatchRow::of).
std::map<std::string, std::int64_t> by_namespace(const std::vector<BatchRow>& rows);

// A sweep takes all of its keys, wherever their rows are: one sweep is enough, whichever share
// found a late row.
struct SweepOnce {
  std::mutex mutex = {};
  bool is_done = false;
};

// Keys of deleted rows. No key: all were handed out.
struct DeletedKeys {
  std::shared_ptr<const database::TextList> keys = {};
  database::PageShare share = {};
  // Common to all shares.
  std::shared_ptr<SweepOnce> sweep = {};
};

// Thread-safe.
class PurgeLedger {
 public:
  explicit PurgeLedger(Json counters) : counters_(std::move(counters)) {}

  void add(const std::string& counter, std::int64_t rows);
  // Counts a transaction whose outcome is unknown: `inDoubt` of the counters.
  void doubt(const std::string& counter, std::int64_t rows);
  // Removes a batch that the database has lost from the counts.
  void uncount(const CommittedBatch& batch);
  // Before the first deletion: checks that there is a place for the keys.
  Outcome<void> open_keys();
  // Notes keys whose rows are deleted.
  Outcome<void> deleted(const std::vector<BatchRow>& rows);
  // The next work of a worker: at most `most` keys, and one of `parts` shares of the tables' pages.
  // The next callers get the other shares. Only after the last deletion.
  Outcome<DeletedKeys> next_deleted(std::size_t most, std::int64_t parts);
  bool has_more_deleted() const;

  void count_namespaces(const std::map<std::string, std::int64_t>& rows);
  // {"company.team": 12}, sorted by name.
  Json namespaces() const;

  SkippedRows& skipped() { return skipped_; }
  const SkippedRows& skipped() const { return skipped_; }
  Json counters() const;

 private:
  mutable std::mutex mutex_;
  Json counters_;
  std::map<std::string, std::int64_t> namespaces_;
  KeySpool keys_;
  // The keys that were handed out last.
  DeletedKeys latest_;
  SkippedRows skipped_;
};

// How long no row was deleted because others have locked them: a purge waits for locks, but not
// forever. Thread-safe.
class Stall {
 public:
  explicit Stall(std::chrono::milliseconds longest) : longest_(longest) {}

  // Rows were deleted.
  void end() { wait_.end(); }
  // Rows that others have locked were found. Returns how long this has lasted if it should be
  // reported now.
  std::optional<std::chrono::milliseconds> note() { return wait_.note(); }
  // Whether this has lasted for the maximum time.
  bool is_over() const;

 private:
  const std::chrono::milliseconds longest_;
  LongWait wait_;
};

}  // namespace winnow::tasks

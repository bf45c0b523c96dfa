// What the workers of one purge share: the counts of what went, what stays, and the keys for the
// sweep of late rows.
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

// What is counted for a batch, and two of its rows by which a server can be asked whether it went.
struct CommittedBatch {
  std::vector<BatchRow> ends = {};  // the first and the last
  std::int64_t rows = 0;
  std::map<std::string, std::int64_t> counts = {};
  std::map<std::string, std::int64_t> namespaces = {};
  std::int64_t reopened = 0;  // of the connection that committed it
};

// Rows by the namespace of their flow, of those that have one (BatchRow::of).
std::map<std::string, std::int64_t> by_namespace(const std::vector<BatchRow>& rows);

// A sweep takes all of its keys, wherever their rows lie: one is enough, whoever found a late row.
struct SweepOnce {
  std::mutex mutex = {};
  bool is_done = false;
};

// Keys of rows that went. No key: all were handed out.
struct DeletedKeys {
  std::shared_ptr<const database::TextList> keys = {};
  database::PageShare share = {};
  // Of all shares together.
  std::shared_ptr<SweepOnce> sweep = {};
};

// Thread-safe.
class PurgeLedger {
 public:
  explicit PurgeLedger(Json counters) : counters_(std::move(counters)) {}

  void add(const std::string& counter, std::int64_t rows);
  // Counts of a transaction that may be committed or not: `inDoubt` of the counters.
  void doubt(const std::string& counter, std::int64_t rows);
  // A batch that the database has lost again.
  void uncount(const CommittedBatch& batch);
  // Before the first row goes: whether there is a place for their keys.
  Outcome<void> open_keys();
  // Notes keys whose rows are deleted.
  Outcome<void> deleted(const std::vector<BatchRow>& rows);
  // What a worker is to look at next: at most `most` keys, and of the tables' pages one of `parts`
  // shares. The other shares are for those who ask next. Only once no more rows go.
  Outcome<DeletedKeys> next_deleted(std::size_t most, std::int64_t parts);
  bool has_more_deleted() const;

  void count_namespaces(const std::map<std::string, std::int64_t>& rows);
  // {"company.team": 12}, in the order of the names.
  Json namespaces() const;

  SkippedRows& skipped() { return skipped_; }
  const SkippedRows& skipped() const { return skipped_; }
  Json counters() const;

 private:
  mutable std::mutex mutex_;
  Json counters_;
  std::map<std::string, std::int64_t> namespaces_;
  KeySpool keys_;
  // What was handed out last.
  DeletedKeys latest_;
  SkippedRows skipped_;
};

// How long no row has gone because others hold them: a purge waits for locks, but not for ever.
// Thread-safe.
class Stall {
 public:
  explicit Stall(std::chrono::milliseconds longest) : longest_(longest) {}

  // Rows went.
  void end() { wait_.end(); }
  // Rows were met that others hold. How long this has lasted, where it is to be reported now.
  std::optional<std::chrono::milliseconds> note() { return wait_.note(); }
  // Whether this lasts for the longest time and more.
  bool is_over() const;

 private:
  const std::chrono::milliseconds longest_;
  LongWait wait_;
};

}  // namespace winnow::tasks

// The receipts of one run: a record before each batch's COMMIT and one after it, chained by their
// hashes (docs/receipts.md).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "document/instant.h"
#include "tasks/receipts/open_receipts.h"
#include "tasks/receipts/receipt_file.h"
#include "tasks/task.h"

namespace winnow::tasks {

// What a batch is about to delete.
struct RemovedBatch {
  std::string task;
  // Empty: folders of the storage.
  std::string table;
  // In any order.
  std::vector<std::string> keys = {};
  // Rows by counter, including those that belong to the keys' rows.
  std::map<std::string, std::int64_t> counts = {};
  // See BatchReceipt.
  bool dependents_only = false;
  std::string transaction = {};
  std::optional<document::Instant> cutoff = {};
};

// Thread-safe: the records of several connections are one chain.
class Receipts {
 public:
  // `file`: nullptr if records are only events. The host must outlive it.
  Receipts(std::unique_ptr<ReceiptFile> file, const ReceiptSettings& settings, Host& host);

  ReceiptFile* file() { return file_.get(); }
  const std::string& run() const { return run_; }

  // The first record, after those that report an incomplete end and settle an earlier run.
  Outcome<void> torn(const ReceiptFile::Torn& torn);
  Outcome<void> settled(const BatchReceipt& batch, BatchEnd end, const std::string& by);
  // `facts`: who works, and where, as it stands in that record and in the last one.
  Outcome<void> begin(Json facts);

  // Between two batches: the policy's rule for the next ones, as a JSON Pointer.
  void begin_rule(std::string rule) { rule_ = std::move(rule); }

  // Before COMMIT. When this returns, the record is on the disk, or the host has it. Returns its
  // number, for the calls below.
  Outcome<std::int64_t> before_commit(RemovedBatch batch);
  // `kept`: keys of those that stay anyway, if there is no transaction (folders).
  Outcome<void> committed(std::int64_t sequence, std::vector<std::string> kept = {});
  Outcome<void> rolled_back(std::int64_t sequence);

  // The last record. `counts` is the run's result; `failure`: why it ended; nullptr: it succeeded.
  Outcome<void> end(const Json& counts, const Failure* failure);

  // {"run", "batches", "head", "file"} for the run's result.
  Json summary() const;

 private:
  struct Written {
    // The number of the batch, if the record belongs to one.
    std::int64_t sequence = 0;
    // What flush() takes.
    std::int64_t position = 0;
  };
  Outcome<Written> written(Json record);
  Outcome<void> append(Json record);
  Outcome<void> append_on_disk(Json record);
  Outcome<void> flush(std::int64_t position);
  Outcome<void> ended(Json record, std::int64_t sequence);
  Json record_of_run(const char* kind) const;

  const std::unique_ptr<ReceiptFile> file_;
  const ReceiptSettings settings_;
  Host& host_;
  const std::string run_;
  Json facts_;
  // That the run is held to; null: none.
  Json plan_;
  // Empty: the task has no rules.
  std::string rule_;

  mutable std::mutex mutex_;  // for the members below, and for append()
  std::string previous_;
  std::int64_t sequence_ = 0;
  std::int64_t position_ = 0;
  std::int64_t committed_ = 0;
  std::set<std::int64_t> open_;
  std::optional<document::Instant> cutoff_;

  std::mutex flushing_;  // for the members below; never taken while holding mutex_
  std::int64_t flushed_ = 0;
  std::optional<Failure> not_flushed_;
};

// The number of the receipt of a batch's current transaction; nothing: none was written.
using ReceiptNumber = std::optional<std::int64_t>;

// Records that an attempt was rolled back, if it has a receipt. `receipts`: where it was written,
// or nullptr.
Outcome<void> take_back(Receipts* receipts, const ReceiptNumber& number);

}  // namespace winnow::tasks

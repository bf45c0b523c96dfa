// One connection's share of a purge: takes batches and deletes each in a short transaction.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "database/connection.h"
#include "tasks/pace/pacer.h"
#include "tasks/purge/batch_sizer.h"
#include "tasks/purge/files.h"
#include "tasks/purge/ledger.h"
#include "tasks/purge/prepared.h"
#include "tasks/purge/source.h"
#include "tasks/purge/transaction.h"
#include "tasks/selection/removal_limits.h"
#include "tasks/shared/committed_batches.h"
#include "tasks/shared/reconnecting_connection.h"
#include "tasks/task.h"

namespace winnow::tasks {

// Keys per transaction of the sweep: many, so that neighbours in an index are visited together.
inline constexpr std::int64_t kKeysOfASweep = 10'000;
// The maximum if each table is read in one pass, to limit memory.
inline constexpr std::int64_t kKeysOfAPass = 100'000;

struct PurgeShared {
  Context& context;
  const Prepared& prepared;
  BatchSource source;
  PurgeLedger ledger;
  RemovalLimits limits;
  BatchSizer sizer;
  Pacer pacer;
  // For the sweep of late rows, which nearly always only reads, so the time of a deletion is no
  // limit.
  BatchSizer sweep_sizer;
  Stall stall;
  // The operator's number. By default two if files are removed, otherwise one, so that the server's
  // processors are free for Kestra's writers.
  std::int32_t connections = 1;
  // Working now.
  std::atomic<std::int32_t> workers{1};
  // Rows that were handed out in this pass and are neither deleted nor skipped.
  std::atomic<std::int64_t> unaccounted{0};
  std::atomic<bool> outage{false};  // a connection was reopened in this pass
  bool by_namespace = false;
  // The receipts' constant description of each batch.
  std::string task = {};
  std::optional<document::Instant> cutoff = {};
  // Rows that `limits` allow to delete; nothing: no limit. `reserved` are deleted rows and those of
  // current batches.
  std::optional<std::int64_t> allowance = {};
  std::atomic<std::int64_t> reserved{0};
  // Rows that the server refused to delete: each costs a few transactions to find.
  std::atomic<std::int64_t> refused{0};
};

// Reports, while it lasts, that others have locked rows.
void note_stall(PurgeShared& shared);

// Not thread-safe: one thread each.
class PurgeWorker {
 public:
  PurgeWorker(PurgeShared& shared, std::unique_ptr<database::Connection> connection);

  // Takes one batch and deletes it, or counts it in a dry run. False if the walk is finished or the
  // budget of the pace is used up.
  Outcome<bool> step();

  // Checks whether the server has what was confirmed (committed_batches.h): batches that it lacks
  // are no longer counted, and the next pass finds their rows again.
  Outcome<void> uncount_lost();
  bool was_reopened() const { return connection_.reopened() > 0; }

  // Takes some of the deleted keys and deletes the dependents that were written after their batch
  // (docs/measurements.md), except those of executions that came back. False if all were checked.
  Outcome<bool> sweep_late_rows();

  ReconnectingConnection& connection() { return connection_; }
  // Nothing else of the worker may be called after it.
  std::unique_ptr<database::Connection> take_connection() { return connection_.take(); }

 private:
  // How many keys a sweep checks together, and in how many shares of the tables' pages.
  struct SweepSize {
    std::int64_t keys = 0;
    std::int64_t parts = 1;
  };
  SweepSize size_of_a_sweep() const;
  Outcome<bool> has_no_late_rows(const DeletedKeys& deleted);
  // The number of the batch's rows that the limits allow to delete.
  Outcome<std::int64_t> reserve(const Batch& batch);
  Outcome<void> remove(const Batch& part, Batch& rest);
  Outcome<void> settle(const Tried& tried);
  void note_outage();
  void remember(const Tried& tried);
  Outcome<std::int64_t> count_there(database::Connection& connection,
                                    const std::vector<BatchRow>& rows) const;
  Outcome<void> skip_files(const KeptFiles& kept);
  Outcome<void> leave(const Batch& part, const Failure& failure);
  Outcome<void> skip_refused(const std::string& key, const Failure& failure);
  Outcome<void> sweep(const std::vector<BatchRow>& rows);
  Outcome<void> check_swept(const std::vector<BatchRow>& rows);
  Outcome<void> count(Batch batch);
  Outcome<void> count_part(const Batch& part);
  Outcome<std::vector<BatchRow>> count_files(const std::vector<BatchRow>& rows, Tried& would) const;
  Failure left_in_doubt(Failure failure, const Tried& tried);
  Batch without_staying(Batch part);
  void keep_families_of(const std::vector<BatchRow>& rows, const Tried& tried);
  Outcome<void> confirm_receipt(const Tried& tried);

  // waiting: for a transaction that is still open and may yet delete the rows, such as one whose
  // COMMIT is in progress while its connection is given up.
  enum class Look { at_once, waiting };
  // With a share of the tables' pages: at once, in one pass.
  Outcome<bool> are_dependents_gone(database::Connection& connection,
                                    const database::TextList& keys, Look look,
                                    database::PageShare share = {}) const;

  PurgeShared& shared_;
  const PurgeStatements& statements_;
  const PurgeSteps& steps_;
  ReconnectingConnection connection_;
  std::optional<FarRows> far_rows_;
  std::optional<FarFamilies> far_families_;
  // Families of the step's batch of which one transaction has left a row: the next transactions
  // leave theirs too.
  std::set<std::string, std::less<>> staying_;
  std::optional<PurgeFiles> files_;
  PurgeTransaction transaction_;
  int locked_in_turn_ = 0;
  Pacer::Lane lane_;
  CommittedBatches<CommittedBatch> committed_;
  // Of the current batch: the time of its commit; rows of the table itself, of all tables, and of
  // the table that stay.
  std::chrono::steady_clock::duration commit_took_{};
  std::int64_t went_ = 0;
  std::int64_t deleted_ = 0;
  std::int64_t skipped_ = 0;
};

}  // namespace winnow::tasks

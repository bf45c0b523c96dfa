// One connection's share of a purge: takes batches and removes each in a short transaction of its
// own.
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

// Keys per transaction of the sweep: many, so that neighbours in an index are met together.
inline constexpr std::int64_t kKeysOfASweep = 10'000;
// The most where each table is read in one pass, for memory's sake.
inline constexpr std::int64_t kKeysOfAPass = 100'000;

struct PurgeShared {
  Context& context;
  const Prepared& prepared;
  BatchSource source;
  PurgeLedger ledger;
  RemovalLimits limits;
  BatchSizer sizer;
  Pacer pacer;
  // Of the sweep of late rows, which nearly always only looks: what a deletion takes is no limit.
  BatchSizer sweep_sizer;
  Stall stall;
  // As many as the operator says. Without a word two where files go; else one, so that Kestra's
  // writers find the server's processors free.
  std::int32_t connections = 1;
  // At work now.
  std::atomic<std::int32_t> workers{1};
  // Rows that were handed out in this pass, and neither went nor are skipped.
  std::atomic<std::int64_t> unaccounted{0};
  std::atomic<bool> outage{false};  // in this pass a connection was opened again
  bool by_namespace = false;
  // What receipts say of each batch.
  std::string task = {};
  std::optional<document::Instant> cutoff = {};
  // Rows that may go by `limits`; nothing: as many as there are. `reserved` are those that went and
  // those of batches in hand.
  std::optional<std::int64_t> allowance = {};
  std::atomic<std::int64_t> reserved{0};
  // Rows that the server refused to delete: each costs a few transactions to find.
  std::atomic<std::int64_t> refused{0};
};

// Reports, for as long as it lasts, that rows were met which others hold.
void note_stall(PurgeShared& shared);

// Not thread-safe: one thread each.
class PurgeWorker {
 public:
  PurgeWorker(PurgeShared& shared, std::unique_ptr<database::Connection> connection);

  // Takes one batch and removes it, or counts it in a dry run. False when the walk has come to its
  // end or the budget of the pace is used up.
  Outcome<bool> step();

  // Asks the server whether it has what was confirmed (committed_batches.h): batches that it lacks
  // are counted no more, and the next pass meets their rows again.
  Outcome<void> uncount_lost();
  bool was_reopened() const { return connection_.reopened() > 0; }

  // Takes some of the keys that went and removes the dependents that were written after their batch
  // (docs/measurements.md), but for those of executions that came back. False when all were looked
  // at.
  Outcome<bool> sweep_late_rows();

  ReconnectingConnection& connection() { return connection_; }
  // Nothing else of the worker may be called after it.
  std::unique_ptr<database::Connection> take_connection() { return connection_.take(); }

 private:
  // How many keys a sweep looks at together, and by how many shares of the tables' pages.
  struct SweepSize {
    std::int64_t keys = 0;
    std::int64_t parts = 1;
  };
  SweepSize size_of_a_sweep() const;
  Outcome<bool> has_no_late_rows(const DeletedKeys& deleted);
  // Rows of the batch that may go, by the limits.
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

  // Waiting: for a transaction that is still open and may remove the rows yet, as one whose COMMIT
  // is under way while its connection is given up.
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
  // Families of the step's batch, of which one transaction has left a row: the next ones leave
  // theirs.
  std::set<std::string, std::less<>> staying_;
  std::optional<PurgeFiles> files_;
  PurgeTransaction transaction_;
  int locked_in_turn_ = 0;
  Pacer::Lane lane_;
  CommittedBatches<CommittedBatch> committed_;
  // Of the batch in hand: its commit; rows of the table itself, of all tables, and of the table
  // that stay.
  std::chrono::steady_clock::duration commit_took_{};
  std::int64_t went_ = 0;
  std::int64_t deleted_ = 0;
  std::int64_t skipped_ = 0;
};

}  // namespace winnow::tasks

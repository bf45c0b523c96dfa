// One run of PurgeOrphans over the tables that it can sweep.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tasks/orphans/sweep.h"
#include "tasks/orphans/table.h"
#include "tasks/receipts/receipts.h"
#include "tasks/selection/removal_limits.h"
#include "tasks/shared/committed_batches.h"

namespace winnow::tasks {

using OrphanTables = std::vector<std::unique_ptr<OrphanTable>>;

// All arguments must outlive it.
class RowSweep {
 public:
  RowSweep(Sweep& sweep, const OrphanTables& tables, const OrphanRowsRequest& request);

  // Adds to the sweep's counters: the rows that were deleted, or would be in a dry run, and
  // `skippedCount`, the orphans that stay because other sessions have locked them or the database
  // refuses to delete them.
  Outcome<void> run();
  // The id of the counted rows, in a dry run.
  std::string plan_id() const;

 private:
  // A part of a table, and the orphans of one page of it.
  struct Part {
    const OrphanTable& table;
    const OrphanBranch& branch;
    Orphans orphans;
  };
  struct Batch {
    database::TextList keys = {};
    std::int64_t removed = 0;
    // Keys whose rows stay although their deletion succeeded.
    database::TextList kept = {};
    // Keys of rows that are of another execution.
    database::TextList others = {};
    // The number of the receipt that was written before its COMMIT.
    ReceiptNumber receipt = {};
  };
  // The counts of a batch, and two of its rows for checking whether a server has the batch.
  struct Committed {
    const OrphanTable* table = nullptr;
    Orphans orphans = {};
    database::TextList ends = {};
    std::int64_t rows = 0;
    std::int64_t reopened = 0;  // of the connection that committed it
  };
  using Act = Outcome<void> (RowSweep::*)(const Part&);

  Outcome<void> walk(Act act);
  Outcome<void> walk_branch(const OrphanTable& table, const OrphanBranch& branch, Act act);
  Outcome<void> count(const Part& part);
  Outcome<void> check_shares();
  Outcome<void> check_plan() const;
  std::int64_t going_of(const PurgeStep& step) const;
  Outcome<void> check_batch(const Part& part, std::int64_t rows) const;
  Outcome<void> remove(const Part& part);
  Outcome<std::vector<Orphans>> by_shard(const Part& part);
  Outcome<void> remove_by_shard(const Part& part);
  Outcome<void> remove_found(const Part& part);
  Outcome<void> remove_together(const Part& part);
  Outcome<std::string> refused_row(const Part& part, const database::TextList& kept);
  Outcome<Batch> remove_batch(const Part& part, const database::TextList& kept, std::int64_t limit);
  Outcome<bool> try_batch(database::Connection& connection, const Part& part,
                          const database::TextList& kept, std::int64_t limit, Batch& batch);
  Outcome<void> write_receipt(const database::Connection& connection, const Part& part,
                              Batch& batch);
  void note_removed(const Part& part, const Batch& batch);
  void add(const OrphanTable& table, std::int64_t rows, std::int64_t batches);
  Outcome<std::int64_t> count_ends(database::Connection& connection, const Committed& batch) const;
  // After a failover: no longer counts batches that the new server lacks.
  Outcome<void> uncount_lost(database::Connection& connection);
  Outcome<void> remove_all();
  Outcome<void> note_skipped(const Part& part);
  void tell_of_skipped();
  Outcome<std::int64_t> rows_of(const Part& part, const Orphans& orphans);

  Sweep& sweep_;
  const OrphanTables& tables_;
  const OrphanRowsRequest& request_;
  RemovalLimits limits_;
  // Rows to be deleted per table and in all, and rows that were deleted.
  std::map<const OrphanTable*, std::int64_t> going_;
  std::int64_t all_going_ = 0;
  // If the run is held to a plan: how many rows of each table may be deleted.
  std::map<const OrphanTable*, RemovalLimits> planned_;
  std::map<const OrphanTable*, std::int64_t> stay_;
  // For each table the first row that the database refuses to delete or keeps, and why.
  std::map<const OrphanTable*, std::pair<std::string, std::string>> first_kept_;
  std::int64_t removed_ = 0;
  std::map<const OrphanTable*, std::int64_t> removed_of_;
  CommittedBatches<Committed> committed_;
  bool some_are_back_ = false;
  bool knows_executions_ = false;  // there is at least one
};

}  // namespace winnow::tasks

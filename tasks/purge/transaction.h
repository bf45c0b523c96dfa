// One transaction of a purge: locks or deletes a batch's rows, deletes what belongs to them,
// removes their files and commits.
//
// Why nothing is lost or half deleted:
// - The rows are deleted first, inside the transaction, and the keys that were really deleted
//   decide everything after that: a row that a lock, a trigger or a rule keeps also keeps its
//   dependents and files (S1, S3).
// - If the server refuses a row (a foreign key, a trigger that raises), or keeps a dependent, the
//   whole transaction is rolled back; its failure blames rows, so the worker halves the batch.
// - A family (families.h) is deleted as a whole: its rows are locked and checked again, and so is
//   whether there is a new child. None of them can start another child: they have ended, and are
//   locked. A family that is larger than a batch is deleted in several transactions, children
//   before their parents and the root last; so is each family whose rows are on several shards
//   (far_families.h).
// - Files are removed last, for rows that are deleted but not yet committed: an execution can't
//   restart in between. A row's deletion is committed only after the storage has confirmed that all
//   of its files are deleted. A kill leaves rows without their files, which the next run finds
//   again (S2, S3).
// - Dependents on other shards (far_rows.h) are deleted right before the COMMIT, in separate
//   transactions, while the rows they belong to are locked: a kill in between leaves rows without
//   some of their dependents, which the next run finds again.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "database/connection.h"
#include "tasks/families/families.h"
#include "tasks/purge/batch.h"
#include "tasks/purge/far_families.h"
#include "tasks/purge/far_rows.h"
#include "tasks/purge/files.h"
#include "tasks/purge/skipped.h"
#include "tasks/purge/statements.h"
#include "tasks/receipts/receipts.h"

namespace winnow::tasks {

// What one attempt at a transaction has done so far.
struct Tried {
  // The rows that its COMMIT deletes (in a purge of dependents only: the rows whose dependents are
  // deleted).
  std::vector<BatchRow> went = {};
  // Executions for which the storage's time did not suffice: to be tried again.
  std::vector<BatchRow> unfinished = {};
  // Rows that stay.
  std::vector<SkippedRow> kept = {};
  std::vector<KeptFiles> kept_files = {};
  // Rows deleted by its statements, by counter.
  std::map<std::string, std::int64_t> counts = {};
  // The number of the receipt that was written before its COMMIT.
  ReceiptNumber receipt = {};
  std::chrono::steady_clock::duration commit_took{};
  // It deleted late rows, and no row of the table itself.
  bool swept = false;
};

// If files of a row stay, or take longer, the rows of its family stay too: removes incomplete
// families from `cleared`.
void keep_families_whole(const std::vector<BatchRow>& all, std::vector<BatchRow>& cleared,
                         Tried& tried);

// One worker's. Not thread-safe.
class PurgeTransaction {
 public:
  // The work beside the transaction if rows are on several shards. nullptr: all dependents are on
  // the shard of their rows; the rows of a family are on one shard.
  struct Far {
    FarRows* rows = nullptr;
    FarFamilies* families = nullptr;
  };

  // `families`: nullptr if each row is deleted by itself. `files`: nullptr if files stay.
  // `receipts`: nullptr if there are none; otherwise `receipt` describes them.
  PurgeTransaction(const PurgeStatements& statements, const PurgeSteps& steps,
                   const Families* families, Far far, PurgeFiles* files, Receipts* receipts,
                   RemovedBatch receipt)
      : statements_(statements),
        steps_(steps),
        families_(families),
        far_(far),
        files_(files),
        receipts_(receipts),
        receipt_(std::move(receipt)) {}

  // `tried` is empty at first. Its content is valid once the commit has succeeded.
  Outcome<void> run(database::Connection& connection, const Batch& batch, Tried& tried);

  // Adds the rows themselves to the counts.
  void count_rows(const std::vector<BatchRow>& rows, Tried& tried) const;

  // Deletes dependents of deleted executions that were written since; `rows` have no flow.
  Outcome<void> sweep(database::Connection& connection, const std::vector<BatchRow>& rows,
                      Tried& tried);

 private:
  Outcome<std::vector<BatchRow>> take(database::Connection& connection, const Batch& batch) const;
  Outcome<std::vector<BatchRow>> take_families(database::Connection& connection,
                                               const Batch& batch) const;
  Outcome<void> run_with_files(database::Connection& connection, std::vector<BatchRow> rows,
                               Tried& tried);
  // Statements in the same round trip as the deletions, if the protocol allows it.
  struct Around {
    std::vector<database::Statement> before = {};
    std::vector<database::Statement> after = {};
    // The last statement before them deletes the rows themselves.
    bool deletes_rows = false;
  };
  Around around_savepoint(std::string_view before) const;
  Outcome<void> go_back_before_looking(database::Connection& connection, Around& around) const;
  Outcome<void> delete_all(database::Connection& connection, std::vector<BatchRow>& rows,
                           Tried& tried, Around around) const;
  Outcome<void> leave_kept(database::Connection& connection, std::int64_t deleted,
                           std::vector<BatchRow>& rows, Tried& tried) const;
  Outcome<void> delete_dependents(database::Connection& connection,
                                  const std::vector<RowStep>& steps,
                                  const std::vector<BatchRow>& rows, Tried& tried,
                                  Around around) const;
  enum class Removed { rows, dependents };
  Outcome<void> write_receipt(const database::Connection& connection,
                              const std::vector<BatchRow>& rows, Removed removed,
                              Tried& tried) const;
  const PurgeStatements& statements_;
  const PurgeSteps& steps_;
  const Families* families_;
  Far far_;
  PurgeFiles* files_;
  Receipts* receipts_;
  // Without what differs from batch to batch.
  const RemovedBatch receipt_;
};

}  // namespace winnow::tasks

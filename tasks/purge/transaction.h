// One transaction of a purge: takes hold of a batch's rows, deletes them with what belongs to them,
// removes their files and commits.
//
// Why nothing is lost, and nothing half deleted:
// - The rows are deleted first, inside the transaction, and the keys that really went steer
//   everything after that: what a lock, a trigger or a rule keeps, keeps its dependents and files
//   (S1, S3).
// - Where the server refuses a row (a foreign key, a trigger that raises), or keeps a dependent,
//   the whole transaction is rolled back; its failure blames rows, so that the worker halves the
//   batch.
// - A family (families.h) goes whole: its rows are locked and looked at anew, and so is whether
//   another child has come. None of them can begin one any more: they have ended, and are locked.
//   One that is larger than a batch goes in several transactions, children before their parents and
//   the root last; so does each where its rows lie on several shards (far_families.h).
// - Files go last, for rows that the database has let go, while these are locked: an execution
//   can't restart in between. A row is committed only after the storage has said that all of its
//   files are gone. A kill leaves rows whose files are gone, which the next run meets again (S2,
//   S3).
// - Dependents on other shards (far_rows.h) go right before the COMMIT, in transactions of their
//   own, while what they belong to is held: a kill in between leaves rows without some of their
//   dependents, which the next run meets again.
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

// What one try of a transaction has done so far.
struct Tried {
  // The rows that go with its COMMIT (of a purge of dependents alone: whose dependents go).
  std::vector<BatchRow> went = {};
  // Executions for which the storage's time did not suffice: to be taken again.
  std::vector<BatchRow> unfinished = {};
  // Rows that stay.
  std::vector<SkippedRow> kept = {};
  std::vector<KeptFiles> kept_files = {};
  // Rows that its statements deleted, by counter.
  std::map<std::string, std::int64_t> counts = {};
  // Of the receipt that was written before its COMMIT.
  ReceiptNumber receipt = {};
  std::chrono::steady_clock::duration commit_took{};
  // Late rows went, and no row of the table itself.
  bool swept = false;
};

// Where files of a row stay, or take longer, so do the rows of its family: of `cleared` stay those
// of whole families.
void keep_families_whole(const std::vector<BatchRow>& all, std::vector<BatchRow>& cleared,
                         Tried& tried);

// One worker's. Not thread-safe.
class PurgeTransaction {
 public:
  // What is done beside the transaction where rows lie on several shards. nullptr: all dependents
  // lie with their rows; the rows of a family lie together.
  struct Far {
    FarRows* rows = nullptr;
    FarFamilies* families = nullptr;
  };

  // `families`: nullptr where each row goes by itself. `files`: nullptr where files stay.
  // `receipts`: nullptr where nobody wants any; else `receipt` says of what.
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

  // `tried` is empty. What it tells is true once the commit is.
  Outcome<void> run(database::Connection& connection, const Batch& batch, Tried& tried);

  // Adds the rows themselves to the counts.
  void count_rows(const std::vector<BatchRow>& rows, Tried& tried) const;

  // Deletes dependents of executions that went, written since; `rows` have no flow.
  Outcome<void> sweep(database::Connection& connection, const std::vector<BatchRow>& rows,
                      Tried& tried);

 private:
  Outcome<std::vector<BatchRow>> take(database::Connection& connection, const Batch& batch) const;
  Outcome<std::vector<BatchRow>> take_families(database::Connection& connection,
                                               const Batch& batch) const;
  Outcome<void> run_with_files(database::Connection& connection, std::vector<BatchRow> rows,
                               Tried& tried);
  // What goes in the same round trip as the deletions, where the protocol allows.
  struct Around {
    std::vector<database::Statement> before = {};
    std::vector<database::Statement> after = {};
    // The last one before them deletes the rows themselves.
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
  // But for what differs from batch to batch.
  const RemovedBatch receipt_;
};

}  // namespace winnow::tasks

// Dependents on other shards than their executions: no transaction of Vitess spans shards
// atomically. They are deleted over a separate connection, in a transaction per table and shard,
// while the transaction that is about to commit has locked their executions: a kill in between
// leaves an execution without some of them, and never one of them without its execution.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "tasks/purge/batch.h"
#include "tasks/purge/ledger.h"
#include "tasks/purge/statements.h"
#include "tasks/purge/steps.h"
#include "tasks/receipts/receipts.h"
#include "tasks/shared/reconnecting_connection.h"
#include "tasks/task.h"

namespace winnow::tasks {

// One worker's. Not thread-safe.
class FarRows {
 public:
  // `receipt` describes the receipts, if the context has any.
  FarRows(Context& context, const PurgeStatements& statements, PurgeLedger& ledger,
          RemovedBatch receipt)
      : context_(context), statements_(statements), ledger_(ledger), receipt_(std::move(receipt)) {}

  // Deletes the dependents of these rows on other shards, by these steps, and counts them: they
  // stay deleted, whatever happens to the rows.
  Outcome<void> remove(const std::vector<RowStep>& steps, const std::vector<BatchRow>& rows);

 private:
  Outcome<std::vector<BatchRow>> find(const RowStep& step, const std::vector<BatchRow>& rows);
  Outcome<void> remove_found(const RowStep& step, const std::vector<BatchRow>& found);
  struct Removed {
    std::int64_t rows = 0;
    ReceiptNumber receipt = {};
  };
  Outcome<void> try_to_remove(database::Connection& connection, const RowStep& step,
                              std::vector<BatchRow> found, Removed& removed);

  Context& context_;
  const PurgeStatements& statements_;
  PurgeLedger& ledger_;
  const RemovedBatch receipt_;
  std::optional<ReconnectingConnection> connection_;
};

}  // namespace winnow::tasks

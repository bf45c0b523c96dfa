// The files of a batch: removed while its rows are locked, and for no longer than a lock may wait for a storage.
//
// Why nothing is lost by that:
// - The rows are locked until their files are gone: an execution can't restart in between. One for which the time did not
//   suffice is unlocked with the others' commit, then selected and locked anew: if it restarted since, it is no longer
//   selected, and no further file of it goes (S1).
// - Those are taken again until they are done, as long as each turn gets at least one file away; else they are reported
//   as executions that keep their rows (S2).
// - A row goes only after the storage has said that all of its execution's files are gone (S3).
// - A file counts when it is gone, whatever becomes of the row. In the second half of its time a storage begins nothing
//   new but waits for what is in flight, so that the count is exact unless the storage is silent for that long (S4).
#pragma once

#include <chrono>
#include <vector>

#include "tasks/purge/ledger.h"
#include "tasks/purge/source.h"
#include "tasks/task.h"

namespace winnow::tasks {

// One worker's. Not thread-safe.
class PurgeFiles {
 public:
  PurgeFiles(Context& context, PurgeLedger& ledger) : context_(context), ledger_(ledger) {}

  // Removes the files of the batch's executions. In the batch stay those whose files are gone, so that their rows may go.
  // A file that can't be removed is noted in the ledger; a failure ends the purge.
  Outcome<void> remove(const PurgeStep& step, Batch& batch);

  // Executions for which the time did not suffice, to be locked again in a transaction of their own; each once.
  std::vector<BatchRow> take_unfinished() { return std::exchange(unfinished_, {}); }
  // How long the storage took since this was asked last: time that says nothing about the size of a batch.
  std::chrono::steady_clock::duration take_time() { return std::exchange(took_, {}); }

 private:
  Outcome<void> keep(const Failure& failure);

  Context& context_;
  PurgeLedger& ledger_;
  std::vector<BatchRow> unfinished_;
  std::chrono::steady_clock::duration took_{};
  int without_progress_ = 0;
};

std::vector<storage::ExecutionFolder> folders_of(const Batch& batch);

}  // namespace winnow::tasks

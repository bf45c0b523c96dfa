// Removes the files of a batch while its rows are locked, for no longer than a lock may wait for a
// storage.
//
// - An execution for which the time did not suffice is unlocked with the others' commit, then
//   selected and locked again: if it was restarted since, it is no longer selected, and none of its
//   remaining files is deleted (S1).
// - Such executions are tried again until they are done, as long as each attempt removes at least
//   one file; otherwise they are reported as executions that keep their rows (S2).
// - A deleted file counts, whatever happens to the row. In the second half of its time a storage
//   begins nothing new but waits for what is in flight, so the count is exact unless the storage is
//   silent for that long (S4).
#pragma once

#include <chrono>
#include <utility>
#include <vector>

#include "tasks/purge/batch.h"
#include "tasks/purge/ledger.h"
#include "tasks/task.h"

namespace winnow::tasks {

// An execution whose files the storage could not remove.
struct KeptFiles {
  std::string key;
  Failure failure;
};

// One worker's. Not thread-safe.
class PurgeFiles {
 public:
  // The context has a storage.
  PurgeFiles(Context& context, PurgeLedger& ledger, const PurgeStep& step)
      : context_(context), ledger_(ledger), step_(step) {}

  // Removes the files of these executions and returns those whose files are deleted. Fails if the
  // job is cancelled.
  Outcome<std::vector<BatchRow>> remove(std::vector<BatchRow> rows,
                                        std::vector<BatchRow>& unfinished,
                                        std::vector<KeptFiles>& kept);

  // The storage's time since the last call: time that does not depend on the size of a batch.
  std::chrono::steady_clock::duration take_time() { return std::exchange(took_, {}); }

 private:
  bool is_silent(const std::vector<storage::Removed>& removed);

  Context& context_;
  PurgeLedger& ledger_;
  const PurgeStep& step_;
  std::chrono::steady_clock::duration took_{};
  int turns_without_progress_ = 0;
};

std::vector<storage::ExecutionFolder> folders_of(const std::vector<BatchRow>& rows);

}  // namespace winnow::tasks

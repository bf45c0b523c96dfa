// One purge from its first batch to its second look: passes over the selected rows, by one or
// several connections.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "tasks/purge/prepared.h"
#include "tasks/purge/source.h"
#include "tasks/purge/worker.h"

namespace winnow::tasks {

class PurgeRun {
 public:
  PurgeRun(const Manifest& manifest, const PurgeRequest& request, Context& context,
           Prepared prepared);

  // Once. The result has every counter of the manifest; so has `done` of a failure.
  TaskResult run();

 private:
  Json result() const;
  Outcome<void> purge();
  Outcome<void> check_cap();
  Outcome<void> passes();
  Outcome<bool> finished_or_waited(std::int64_t done_before, Backoff& backoff);
  using Step = Outcome<bool> (PurgeWorker::*)();
  Outcome<void> all(Step step);
  Outcome<void> work(PurgeWorker& worker, Step step);
  Outcome<void> work_together(Step step);
  Outcome<void> help(std::unique_ptr<PurgeWorker>& helper, Step step);

  Context& context_;
  const Manifest& manifest_;
  Prepared prepared_;
  bool dry_run_;
  PurgeLedger ledger_;
  BatchSizer sizer_;
  BatchSource source_;
  PurgeShared shared_;
  PurgeWorker worker_;
  std::vector<std::unique_ptr<PurgeWorker>> helpers_;  // connected when they first have work
  std::atomic<bool> stop_{false};
};

}  // namespace winnow::tasks

// One purge from its first batch to its sweep of late rows: passes over the selected rows, with one
// or several connections.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "tasks/purge/prepared.h"
#include "tasks/purge/worker.h"
#include "tasks/shared/backoff.h"

namespace winnow::tasks {

class PurgeRun {
 public:
  // The arguments must outlive it.
  PurgeRun(const Manifest& manifest, const PurgeRequest& request, Context& context,
           Prepared& prepared, FoundRows* found = nullptr);

  // Call it once. The result has every counter of the manifest, and so has `done` of a failure.
  TaskResult run();
  // After a run that did not fail: the connection, for the next one.
  std::unique_ptr<database::Connection> take_connection() { return worker_.take_connection(); }

 private:
  Json result() const;
  Outcome<void> purge();
  Outcome<void> check_limits();
  Outcome<std::int64_t> count_left(std::int64_t most);
  Outcome<void> passes_and_sweeps();
  Outcome<void> passes();
  Outcome<void> uncount_lost();
  Outcome<bool> finished_or_waited(std::int64_t done_before, Backoff& backoff);
  Outcome<void> name_what_is_locked();
  void say_what_stays() const;
  std::int64_t rows_met() const;
  std::vector<const database::Table*> tables_of_run() const;
  Outcome<void> count_what_the_budget_left();
  Outcome<void> storage_failure() const;
  using Step = Outcome<bool> (PurgeWorker::*)();
  Outcome<void> all(Step step);
  void estimate_rows();
  bool has_more(Step step);
  bool is_worth_helpers(Step step, int steps);
  Outcome<void> work(PurgeWorker& worker, Step step);
  Outcome<void> work_together(Step step);
  Outcome<void> help(std::unique_ptr<PurgeWorker>& helper, Step step);

  Context& context_;
  const Manifest& manifest_;
  const PurgeRequest& request_;
  Prepared& prepared_;
  PurgeShared shared_;
  PurgeWorker worker_;
  // They connect when they first have work.
  std::vector<std::unique_ptr<PurgeWorker>> helpers_;
  std::atomic<bool> stop_{false};
  // The number of remaining selected rows if the budget of the pace ended the run.
  std::optional<std::int64_t> left_;
  // In a dry run its own; in a run that of the plan it is held to.
  std::optional<std::string> plan_id_;
  // `rows_done` at the beginning.
  std::int64_t rows_before_ = 0;
  // Rows that others had locked until the end.
  std::int64_t locked_ = 0;
  std::vector<SkippedRow> named_locked_;
};

}  // namespace winnow::tasks

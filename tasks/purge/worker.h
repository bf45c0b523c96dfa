// One connection's share of a purge: takes batches and removes each in a short transaction of its
// own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "database/connection.h"
#include "tasks/purge/files.h"
#include "tasks/purge/ledger.h"
#include "tasks/purge/source.h"
#include "tasks/purge/steps.h"
#include "tasks/shared/backoff.h"
#include "tasks/task.h"

namespace winnow::tasks {

struct PurgeShared {
  const Manifest& manifest;
  Context& context;
  const Selection& selection;
  const PurgeSteps& steps;
  BatchSource& source;
  PurgeLedger& ledger;
  BatchSizer& sizer;
  bool dry_run;
};

// Not thread-safe: one thread each.
class PurgeWorker {
 public:
  PurgeWorker(PurgeShared& shared, std::unique_ptr<database::Connection> connection);

  // Takes one batch and removes it. False when the walk has come to its end. Conflicts are tried
  // again, a lost connection is opened again, both within a budget.
  Outcome<bool> step();

  // Takes some of the keys that went and removes what was written for them after their batch
  // (measurements.md), but for those that came back meanwhile. False when all were looked at.
  Outcome<bool> look_again();

  // Whether anything selected is still there; tried again as step() is.
  Outcome<bool> any_left();

  database::Connection& connection() { return *connection_; }

 private:
  // Something that is tried again when it meets a conflict or loses its connection.
  struct Attempt {
    std::function<Outcome<void>()> act;
    // Where a COMMIT's answer was lost and the server can't tell: whether what went is gone.
    std::function<Outcome<bool>()> is_gone;
  };
  struct Deletion {
    database::Statement statement;
    std::string counter;
  };

  Outcome<void> insist(const Attempt& attempt);
  Outcome<bool> recover(const Failure& failure, const Attempt& attempt, Backoff& backoff);
  Outcome<bool> was_committed(const std::string& transaction, const Attempt& attempt);
  Failure left_open(const Failure& first, Failure last);

  Outcome<void> take(Batch& batch);
  Outcome<std::int64_t> remove_whole(Batch& batch);
  Outcome<void> remove(Batch& batch);
  Outcome<void> remove_files(Batch& batch);
  Outcome<void> remove_rows(const Batch& batch);
  Outcome<void> remove_late(const std::vector<std::string>& keys);
  Outcome<void> commit(std::vector<Deletion> deletions);
  Outcome<void> settle(const Batch& batch);
  void count_in_flight();
  Outcome<void> count(const Batch& batch);

  // Waiting: for a transaction that is still open and may remove the rows yet, as one whose COMMIT is
  // under way while its connection is given up.
  enum class Look { at_once, waiting };
  Outcome<bool> parents_gone(const std::vector<std::string>& keys);
  Outcome<bool> children_gone(const std::vector<BatchRow>& rows, Look look);
  Outcome<std::vector<BatchRow>> those_gone(const std::vector<std::string>& keys);
  database::Statement select_by_keys(const std::string& expression, database::TextList keys) const;

  PurgeShared& shared_;
  PurgeFiles files_;
  std::unique_ptr<database::Connection> connection_;
  // What the statements of the transaction in flight changed, by counter; counted once it is known
  // to be committed.
  std::map<std::string, std::int64_t> in_flight_;
};

}  // namespace winnow::tasks

// The steps of this run of a purge: those that are switched on and that the probed schema has.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "database/connection.h"
#include "database/schema.h"
#include "tasks/manifest.h"
#include "tasks/purge/request.h"
#include "tasks/selection/plan_check.h"
#include "tasks/selection/rights.h"

namespace winnow::tasks {

// A dependent table whose rows are deleted with their parent's.
struct RowStep {
  const PurgeStep* step = nullptr;
  const database::Table* table = nullptr;
  // nullptr: rows are found by a path in the document.
  const database::Column* column = nullptr;
  const database::Column* only_column = nullptr;
  database::TextList only_values = {};
  // The table has no index for these rows, but few rows: it is scanned.
  bool scanned = false;
  // The result of probe_emptiness().
  bool empty = false;
  // The only executions that had rows there (few_rows.h); nullptr: not known.
  using Owners = std::set<std::string, std::less<>>;
  std::shared_ptr<const Owners> owners = nullptr;
  // Excluded: no row was marked deleted.
  database::DeletedRows deleted = database::DeletedRows::included;
  // A look at so many rows that the table is scanned.
  bool in_one_pass = false;
  // Then the share of the table's pages: other workers read the rest.
  database::PageShare share = {};
  // The rows are on other shards than their execution: they are deleted in separate transactions
  // (far_rows.h).
  bool far = false;
};

// Whether such rows may appear after their parent was deleted. Kestra writes the rows of a composed
// key (a queued execution) in one transaction with the execution itself.
bool may_be_late(const RowStep& step);

// The index that a step's statements need.
IndexNeed need_of(const RowStep& step);

// The manifest and the schema must outlive it.
class PurgeSteps {
 public:
  // A schema failure if a table, column or right that a step needs is missing. An optional step is
  // left out if this version of Kestra has no such table or column, or if a big table has no index
  // for its rows: left_out() names those. May count a table's rows.
  static Outcome<PurgeSteps> resolve(const Manifest& manifest, const PurgeRequest& request,
                                     const database::Schema& schema,
                                     database::Connection& connection, Use use_of_parent);

  const std::vector<RowStep>& rows() const { return rows_; }
  // Whether rows of some step are on another shard than their execution.
  bool has_far_rows() const;
  // nullptr: files stay.
  const PurgeStep* files() const { return files_; }
  bool deletes_parent() const { return deletes_parent_; }
  const PurgeStep& parent() const { return *parent_; }
  // Each with the statement that adds the index.
  const std::vector<std::string>& left_out() const { return left_out_; }

  // True if dependents of a deleted parent may be written later, so that a sweep must look for
  // them.
  bool sweeps_late_rows() const;
  // If late rows are swept, notes which tables are empty or have rows of only a few executions, so
  // that batches can skip them, and which have no row that is marked deleted, so that batches don't
  // look for such rows. The sweep finds rows that are written meanwhile. Tables whose statistics
  // show rows are not probed for emptiness: dead tuples could make finding the first live row slow.
  // If the probe fails, nothing is assumed.
  void probe_emptiness(database::Connection& connection);
  // The steps of a sweep of late rows, whatever was written since.
  std::vector<RowStep> late() const;
  // The same, reduced to what exists now: repeats the probes of probe_emptiness(), and leaves out
  // tables that are still empty.
  std::vector<RowStep> late_now(database::Connection& connection) const;
  // True if a batch needs tenant, namespace and flow of its rows.
  bool needs_flow() const { return needs_flow_; }

 private:
  Outcome<void> add(const PurgeStep& step, const std::string& parent_table,
                    const database::Schema& schema, database::Connection& connection,
                    MissingRights& rights);
  Outcome<bool> is_reachable(RowStep& row, database::Connection& connection);

  std::vector<RowStep> rows_;
  const PurgeStep* files_ = nullptr;
  const PurgeStep* parent_ = nullptr;
  bool deletes_parent_ = false;
  bool needs_flow_ = false;
  // The executions had ended before the run began: Kestra rarely writes anything more for them.
  bool have_ended_long_ago_ = false;
  std::vector<std::string> left_out_;
};

}  // namespace winnow::tasks

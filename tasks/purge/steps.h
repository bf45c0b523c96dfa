// The steps of a purge as this run takes them: those that are switched on and that the probed
// schema has.
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

// A dependent's table whose rows go with their parent's.
struct RowStep {
  const PurgeStep* step = nullptr;
  const database::Table* table = nullptr;
  // nullptr: found by a path in the document.
  const database::Column* column = nullptr;
  const database::Column* only_column = nullptr;
  database::TextList only_values = {};
  // The table has no index that leads to these rows, and few rows: it is scanned.
  bool scanned = false;
  // As probe_emptiness() saw the table.
  bool empty = false;
  // The only executions that had rows there (few_rows.h); nullptr: not known.
  using Owners = std::set<std::string, std::less<>>;
  std::shared_ptr<const Owners> owners = nullptr;
  // Excluded: no row was marked deleted.
  database::DeletedRows deleted = database::DeletedRows::included;
  // A look at so many rows that the table is read once from end to end.
  bool in_one_pass = false;
  // Of the table's pages then: others look at the rest.
  database::PageShare share = {};
  // The rows lie on other shards than their execution: they go in transactions of their own
  // (far_rows.h).
  bool far = false;
};

// Whether such rows may appear after their parent went. Kestra writes a composed key's rows (a
// queued execution) in one transaction with the execution itself.
bool may_be_late(const RowStep& step);

// The index that leads to a step's rows.
IndexNeed need_of(const RowStep& step);

// The manifest and the schema must outlive it.
class PurgeSteps {
 public:
  // A table, column or right that a step needs and that is missing is a schema failure. An optional
  // step is left out where this version of Kestra has no such table or column, and where a big
  // table has no index that leads to its rows: left_out() names those. May ask how many rows a
  // table has.
  static Outcome<PurgeSteps> resolve(const Manifest& manifest, const PurgeRequest& request,
                                     const database::Schema& schema,
                                     database::Connection& connection, Use use_of_parent);

  const std::vector<RowStep>& rows() const { return rows_; }
  // Whether rows of some step lie elsewhere than their execution.
  bool has_far_rows() const;
  // nullptr: files stay.
  const PurgeStep* files() const { return files_; }
  bool deletes_parent() const { return deletes_parent_; }
  const PurgeStep& parent() const { return *parent_; }
  // Each with the statement that adds the index.
  const std::vector<std::string>& left_out() const { return left_out_; }

  // True when dependents of a parent that went may be written later, so that they have to be looked
  // for again.
  bool sweeps_late_rows() const;
  // Where late rows are swept, notes which tables have no row at all, for batches to pass over, or
  // rows of a few executions alone, and which have none that is marked deleted, for batches not to
  // look for such: what is written there meanwhile is left to the sweep. Tables whose statistics
  // show rows are not probed for emptiness: dead tuples could make finding the first live row slow.
  // If the probe fails, nothing is assumed.
  void probe_emptiness(database::Connection& connection);
  // The steps that a sweep of late rows has to take, whatever has been written since.
  std::vector<RowStep> late() const;
  // The same with as little to look for as there is now: probes again what probe_emptiness() noted,
  // and leaves out tables that are still without a row.
  std::vector<RowStep> late_now(database::Connection& connection) const;
  // True when a batch has to know tenant, namespace and flow of its rows.
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
  // What goes had ended before the run began: Kestra hardly writes any more for it.
  bool have_ended_long_ago_ = false;
  std::vector<std::string> left_out_;
};

}  // namespace winnow::tasks

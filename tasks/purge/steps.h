// The steps of a purge as this run takes them: those that are switched on and that the probed
// schema has.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "database/connection.h"
#include "database/schema.h"
#include "tasks/manifest.h"
#include "tasks/purge/request.h"
#include "tasks/task.h"

namespace winnow::tasks {

// Whose execution it is.
struct FlowOf {
  std::optional<std::string> tenant = {};
  std::string name_space = {};
  std::string flow = {};
};

// An execution (or log, or metric) of a batch: keys travel, never documents.
struct BatchRow {
  std::string key;
  std::shared_ptr<const FlowOf> of = {};  // one for all rows of a flow; only where needs_identity()
};

database::TextList keys_of(const std::vector<BatchRow>& rows);

// A dependent's table whose rows go with their parent's.
struct RowStep {
  const PurgeStep* step = nullptr;
  const database::Table* table = nullptr;
  const database::Column* column = nullptr;  // nullptr: found by a path in the document
  const database::Column* only_column = nullptr;
  database::TextList only_values = {};
  // As survey() saw the table.
  bool empty = false;
  database::Marked marked = database::Marked::either;  // no: no row was marked deleted
};

// Whether such rows may appear after their parent went. Kestra writes a composed key's rows (a
// queued execution) in one transaction with the execution itself.
bool may_be_late(const RowStep& step);

// The manifest and the schema must outlive it.
class PurgeSteps {
 public:
  // A table, column or right that a step needs and that is missing is a schema failure; an optional
  // step is left out then, and `left_out()` says why.
  static Outcome<PurgeSteps> resolve(const Manifest& manifest, const PurgeRequest& request,
                                     const database::Schema& schema);

  const std::vector<RowStep>& rows() const { return rows_; }
  const PurgeStep* files() const { return files_; }  // nullptr: files stay
  bool deletes_parent() const { return deletes_parent_; }
  const PurgeStep& parent() const { return *parent_; }
  const std::vector<std::string>& left_out() const { return left_out_; }

  // True when dependents of a parent that went may be written later, so that they have to be looked
  // for again.
  bool looks_again() const;
  // Where a second look follows, notes which tables have no row at all, for batches to pass over, and
  // which have none that is marked deleted, for batches not to look for such: what is written there
  // meanwhile is left to the second look. Of a table that had rows when the server last counted is
  // not asked whether it is empty: dead ones may lie before the first. A failure notes nothing.
  void survey(database::Connection& connection);
  // The steps that a second look has to take, whatever has been written since.
  std::vector<RowStep> late() const;
  // The same with as little to look for as there is now: asks again what survey() noted.
  std::vector<RowStep> late_now(database::Connection& connection) const;
  // True when a batch has to know tenant, namespace and flow of its rows.
  bool needs_identity() const { return needs_identity_; }

  // DELETE of the dependents of these rows.
  database::Statement deletion(const database::Dialect& dialect, const RowStep& step,
                               const std::vector<BatchRow>& batch) const;
  // SELECT count(*) of the same rows.
  database::Statement count(const database::Dialect& dialect, const RowStep& step,
                            const std::vector<BatchRow>& batch) const;

 private:
  Outcome<void> add_rows(const PurgeStep& step, const database::Schema& schema);

  std::vector<RowStep> rows_;
  const PurgeStep* files_ = nullptr;
  const PurgeStep* parent_ = nullptr;
  bool deletes_parent_ = false;
  bool needs_identity_ = false;
  std::vector<std::string> left_out_;
};

}  // namespace winnow::tasks

// The SQL of a purge: every statement is written here, for the run and the plan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "database/dialect.h"
#include "tasks/purge/batch.h"
#include "tasks/purge/request.h"
#include "tasks/purge/steps.h"
#include "tasks/selection/selection.h"

namespace winnow::tasks {

// How a transaction secures a batch's rows.
enum class Hold {
  // It deletes nothing.
  none,
  // Without a lock: rows that stay while their dependents are deleted, if the user may not lock
  // them.
  reading,
  // By a lock for which it waits: rows that stay while their dependents are deleted, each visited
  // once.
  waiting,
  // By a lock: rows to delete. Rows that others have locked are skipped and tried again later.
  skipping,
  // By deleting them, which returns the keys of the deleted rows. Like skipping, in one step.
  deleting,
  // The same if the user may not lock rows: it waits for rows that others have locked.
  deleting_waiting,
};

// How a run of this request secures the table's rows. `with_files`: files are removed, for which
// rows have to be locked.
Hold hold_of(const PurgeRequest& request, const database::Table& table,
             const database::Dialect& dialect, bool with_files);

// The selection and the steps must outlive it.
class PurgeStatements {
 public:
  // A schema failure if the order's column is missing.
  static Outcome<PurgeStatements> make(const PurgeRequest& request, const Selection& selection,
                                       const PurgeSteps& steps, const database::Dialect& dialect,
                                       Hold hold);

  Hold hold() const { return hold_; }
  const database::Table& table() const { return selection_->table(); }
  const database::Dialect& dialect() const { return *dialect_; }

  // Makes page() assign rows to parts: rows of none of the parts are left out.
  void tell_apart(std::vector<Part> parts);

  // The position of the walk: after the row with these texts from Dialect::as_cursor.
  struct Position {
    std::string order;
    std::string key;
  };
  // The next rows of one value of `deleted`, oldest first. If a lock follows, they may include rows
  // that are not selected.
  database::Statement page(std::optional<bool> deleted, const std::optional<Position>& after,
                           std::int64_t limit) const;
  // The columns of page() from which a row is read.
  struct Columns {
    std::size_t key = 0;
    std::optional<std::size_t> split = {};
    // BatchRow::place.
    std::optional<std::size_t> place = {};
    // Tenant, namespace and flow from here on.
    std::optional<std::size_t> flow = {};
    std::size_t order = 0;
    // BatchRow::part.
    std::optional<std::size_t> part = {};
  };
  const Columns& page_columns() const { return columns_; }

  // Secures those rows of the batch that are still selected, in the order of their keys; returns
  // their keys and, if there is a split, their split value.
  database::Statement take(const Batch& batch) const;
  // The column of take() with BatchRow::address; nothing: rows are deleted by their keys, or by
  // take() itself.
  std::optional<std::size_t> taken_address() const;
  // A stand-in address for a plan.
  static constexpr std::string_view kSomeAddress = "(0,1)";
  // The text of a true split value.
  static constexpr std::string_view kHasValue = "t";

  database::Statement delete_rows(const std::vector<BatchRow>& rows) const;
  // Those of the rows that still exist.
  database::Statement remaining(const std::vector<BatchRow>& rows) const;
  // How many of them still exist; waits for sessions that are about to delete them.
  database::Statement count_remaining(const std::vector<BatchRow>& rows) const;

  // The dependents of these rows.
  database::Statement delete_dependents(const RowStep& step,
                                        const std::vector<BatchRow>& rows) const;
  database::Statement count_dependents(const RowStep& step,
                                       const std::vector<BatchRow>& rows) const;
  // The same by these keys.
  database::Statement count_dependents(const RowStep& step, database::TextList keys) const;
  // Whether the dependents are first looked up, by find_dependents(), and then deleted by their own
  // keys.
  bool finds_first(const RowStep& step) const;
  // The keys of the dependents' rows. Such a row never changes its execution.
  database::Statement find_dependents(const RowStep& step, const std::vector<BatchRow>& rows) const;
  database::Statement delete_found(const RowStep& step, database::TextList keys) const;
  // Dependents on another shard than their execution: key and place of each; keys of those that
  // still exist, locked; their deletion.
  database::Statement find_far(const RowStep& step, const std::vector<BatchRow>& rows) const;
  database::Statement lock_far(const RowStep& step, const std::vector<BatchRow>& found) const;
  database::Statement delete_far(const RowStep& step, const std::vector<BatchRow>& found) const;
  // Whether this many rows are such a share of the table that a scan of the dependents' table is
  // faster than an index (docs/measurements.md).
  bool pays_in_one_pass(const database::Table& dependents, std::int64_t rows) const;

  // The number of selected rows in this branch, counted up to `most` (kCountAll: all).
  database::Statement count_selected(std::optional<bool> deleted, std::int64_t most) const;
  // All of them, by namespace: its name and the count.
  database::Statement count_by_namespace(std::optional<bool> deleted) const;
  // Those of a batch that are still selected.
  database::Statement count_still_selected(const Batch& batch) const;
  // The keys of the first of them. A page() may have rows outside the selection, which take()
  // drops.
  database::Statement first_selected(std::optional<bool> deleted, std::int64_t most) const;

  // The number of these rows' dependents, and the bytes of their documents; for at most `most`.
  database::Statement measure_dependents(const RowStep& step, const std::vector<BatchRow>& rows,
                                         std::int64_t most) const;
  // The same for the rows themselves.
  database::Statement measure(const std::vector<BatchRow>& rows) const;

 private:
  PurgeStatements() = default;
  void write_from(database::SqlWriter& writer, std::string_view only = {}) const;
  void write_keys(database::SqlWriter& writer, const std::vector<BatchRow>& rows) const;
  void write_still_selected(database::SqlWriter& writer, const Batch& batch) const;
  void write_split(database::SqlWriter& writer) const;
  // Whether an address identifies a row: only in a table without partitions.
  bool has_row_address() const;
  std::string row_address() const;
  std::string only() const;
  void write_bytes(database::SqlWriter& writer, std::string_view alias,
                   const database::Table& measured) const;
  void write_match(database::SqlWriter& writer, const RowStep& step, database::TextList keys) const;
  std::string column(std::string_view name) const;

  const Selection* selection_ = nullptr;
  const PurgeSteps* steps_ = nullptr;
  const database::Dialect* dialect_ = nullptr;
  const database::Column* order_ = nullptr;
  const database::Column* key_ = nullptr;
  Hold hold_ = Hold::none;
  // Families are locked by other statements (tasks/families), which return no addresses.
  bool by_families_ = false;
  // Every row of a page is selected.
  bool page_decides_ = true;
  // Empty: there is only one.
  std::vector<Part> parts_;
  Columns columns_;
};

}  // namespace winnow::tasks

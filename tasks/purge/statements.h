// The SQL of a purge: each statement that it sends is written here, for its run and its plan alike.
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

// How a transaction takes hold of a batch's rows.
enum class Hold {
  // It removes nothing.
  none,
  // Without a lock: rows that stay when their dependents go, where the user may not lock them.
  reading,
  // By a lock that is waited for: rows that stay when their dependents go, each met once.
  waiting,
  // By a lock: rows that go. Those that others hold are passed over and met again later.
  skipping,
  // By their deletion, which gives the keys of the rows that went. As skipping, in one pass.
  deleting,
  // The same where the user may not lock rows: those that others hold are waited for.
  deleting_waiting,
};

// How a run of this request takes hold of the table's rows. `with_files`: files go, for which rows
// have to be locked.
Hold hold_of(const PurgeRequest& request, const database::Table& table,
             const database::Dialect& dialect, bool with_files);

// The selection and the steps must outlive it.
class PurgeStatements {
 public:
  // A schema failure where the order's column is missing.
  static Outcome<PurgeStatements> make(const PurgeRequest& request, const Selection& selection,
                                       const PurgeSteps& steps, const database::Dialect& dialect,
                                       Hold hold);

  Hold hold() const { return hold_; }
  const database::Table& table() const { return selection_->table(); }
  const database::Dialect& dialect() const { return *dialect_; }

  // Makes page() tell rows apart: those that are of none of the parts are left out.
  void tell_apart(std::vector<Part> parts);

  // Where the walk stands: after the row with these texts, as Dialect::as_cursor writes them.
  struct Position {
    std::string order;
    std::string key;
  };
  // The next rows of one value of `deleted`, oldest first. Where a lock follows, some may be among
  // them that are not selected.
  database::Statement page(std::optional<bool> deleted, const std::optional<Position>& after,
                           std::int64_t limit) const;
  // Where page() has what a row is read from.
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

  // Takes hold of those rows of the batch that are still selected, in the order of their keys;
  // gives their keys and, where rows are counted apart, their split value.
  database::Statement take(const Batch& batch) const;
  // Where take() has BatchRow::address; nothing: rows are deleted by their keys, or were by take()
  // itself.
  std::optional<std::size_t> taken_address() const;
  // One for a plan.
  static constexpr std::string_view kSomeAddress = "(0,1)";
  // The text of a true split value.
  static constexpr std::string_view kHasValue = "t";

  database::Statement delete_rows(const std::vector<BatchRow>& rows) const;
  // Which of them there still are.
  database::Statement remaining(const std::vector<BatchRow>& rows) const;
  // How many of them there still are; waits for whoever is about to remove them.
  database::Statement count_remaining(const std::vector<BatchRow>& rows) const;

  // The dependents of these rows.
  database::Statement delete_dependents(const RowStep& step,
                                        const std::vector<BatchRow>& rows) const;
  database::Statement count_dependents(const RowStep& step,
                                       const std::vector<BatchRow>& rows) const;
  // The same by the keys that they have.
  database::Statement count_dependents(const RowStep& step, database::TextList keys) const;
  // Whether the dependents are looked up first, by find_dependents(), and deleted by their own
  // keys.
  bool finds_first(const RowStep& step) const;
  // The keys of the dependents' rows. Such a row never comes to belong to another execution.
  database::Statement find_dependents(const RowStep& step, const std::vector<BatchRow>& rows) const;
  database::Statement delete_found(const RowStep& step, database::TextList keys) const;
  // Dependents that lie elsewhere than their execution: key and place of each; keys of those that
  // are there still, locked; their deletion.
  database::Statement find_far(const RowStep& step, const std::vector<BatchRow>& rows) const;
  database::Statement lock_far(const RowStep& step, const std::vector<BatchRow>& found) const;
  database::Statement delete_far(const RowStep& step, const std::vector<BatchRow>& found) const;
  // Whether these many rows are such a share of the table that a table of their dependents is
  // better read in one pass than by an index (docs/measurements.md).
  bool pays_in_one_pass(const database::Table& dependents, std::int64_t rows) const;

  // How many rows are selected in this branch, counted no further than `most` (kCountAll: all).
  database::Statement count_selected(std::optional<bool> deleted, std::int64_t most) const;
  // All of them, by namespace: its name and the count.
  database::Statement count_by_namespace(std::optional<bool> deleted) const;
  // Those of a batch that are still selected.
  database::Statement count_still_selected(const Batch& batch) const;
  // The keys of the first of them. A page() has rows beside the selection, which take() drops.
  database::Statement first_selected(std::optional<bool> deleted, std::int64_t most) const;

  // The number of these rows' dependents, and the bytes of their documents; of no more than `most`.
  database::Statement measure_dependents(const RowStep& step, const std::vector<BatchRow>& rows,
                                         std::int64_t most) const;
  // The same of the rows themselves.
  database::Statement measure(const std::vector<BatchRow>& rows) const;

 private:
  PurgeStatements() = default;
  void write_from(database::SqlWriter& writer, std::string_view only = {}) const;
  void write_keys(database::SqlWriter& writer, const std::vector<BatchRow>& rows) const;
  void write_still_selected(database::SqlWriter& writer, const Batch& batch) const;
  void write_split(database::SqlWriter& writer) const;
  // Whether a row can be told by where it lies: in a table of one part.
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
  // They are locked by statements of their own (tasks/families), which give no addresses.
  bool by_families_ = false;
  // Every row of a page is selected.
  bool page_decides_ = true;
  // Empty: there is but one.
  std::vector<Part> parts_;
  Columns columns_;
};

}  // namespace winnow::tasks

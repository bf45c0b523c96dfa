// One table of a sweep of rows: the rows that are examined, and the statements that find them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tasks/orphans/request.h"
#include "tasks/selection/rights.h"
#include "tasks/selection/selection.h"

namespace winnow::tasks {

// The rows of a table that one walk reads.
struct OrphanBranch {
  // Nothing: the table has no such column.
  std::optional<bool> deleted = {};
  // The value of the step's `only` column; nothing if it has none.
  std::optional<std::string> only = {};
};

// Rows whose execution is missing.
struct Orphans {
  database::TextList executions = {};
  // Keys of the rows; empty: all rows of the executions, which an index finds.
  database::TextList rows = {};
};

// How the rows of a table are spread over servers (placement.h).
enum class Spread { not_at_all, by_execution, by_key };

class OrphanTable {
 public:
  // nullptr for a table that this version of Kestra does not have, and for one that can't be swept;
  // for the latter the reason is added to `left_out`. Missing rights are added to `rights`. The
  // step and the schema must outlive the result. May count the table's rows.
  static Outcome<std::unique_ptr<OrphanTable>> make(
      const PurgeStep& step, const OrphanRowsRequest& request, const database::Schema& schema,
      database::Connection& connection, bool allow_scan, std::vector<std::string>& left_out,
      MissingRights& rights);

  OrphanTable(const OrphanTable&) = delete;
  OrphanTable& operator=(const OrphanTable&) = delete;
  ~OrphanTable() = default;

  const database::Table& table() const { return *table_; }
  const std::string& counter() const { return step_->counter; }
  // Whether it is the table of this step of the manifest.
  bool is_of(const PurgeStep& step) const { return step_ == &step; }
  const std::vector<OrphanBranch>& branches() const { return branches_; }

  // A page of the walk, in order, after a position. With an index on the execution: each execution
  // once, which is also the position. Without one: row by row along the key, with the position and
  // the execution or NULL.
  database::Statement page(const database::Dialect& dialect, const OrphanBranch& branch,
                           const std::string& after, std::int64_t limit) const;
  Spread spread() const;
  // The rows of an execution may be on any shard, so they are looked up first.
  bool is_found_before_placed() const { return by_index_ && spread() == Spread::by_key; }

  // The orphans of a page, given its positions whose execution is missing.
  Orphans orphans(database::TextList positions, database::TextList executions) const;
  // As many keys as a page has, for statements that are explained and not run.
  database::TextList stand_in_keys() const;

  // For these orphans' rows that the selection includes: each execution with its number of rows. A
  // collation may also find rows of other executions whose ids it treats as equal (`eleve`,
  // `élève`): the reader must check the id.
  database::Statement count(const database::Dialect& dialect, const OrphanBranch& branch,
                            const Orphans& orphans) const;
  // Keys of such rows except `kept`, each with its execution, at most `limit`. If the user may lock
  // rows, they are locked, and rows that other sessions have locked are skipped; `found` locks
  // none.
  database::Statement keys(const database::Dialect& dialect, const OrphanBranch& branch,
                           const Orphans& orphans, const database::TextList& kept,
                           std::int64_t limit) const;
  database::Statement found(const database::Dialect& dialect, const OrphanBranch& branch,
                            const Orphans& orphans, const database::TextList& kept,
                            std::int64_t limit) const;
  // Deletes rows of these orphans, by their keys.
  database::Statement deletion(const database::Dialect& dialect, const Orphans& orphans,
                               database::TextList keys) const;
  // Those of these keys that still have a row.
  database::Statement remaining(const database::Dialect& dialect, const Orphans& orphans,
                                database::TextList keys) const;
  const Selection& selection() const { return *selection_; }

 private:
  OrphanTable() = default;  // NOLINT(bugprone-exception-escape): empty values throw nothing

  bool has_columns() const;
  Outcome<std::string> find_way(database::Connection& connection, bool allow_scan);
  std::string misplaced() const;
  std::optional<database::Problem> problem(const database::Dialect& dialect) const;
  Outcome<void> select(const OrphanRowsRequest& request, const database::Schema& schema);
  void write_walk(database::SqlWriter& writer, const OrphanBranch& branch) const;
  void write_orphans(database::SqlWriter& writer, const OrphanBranch& branch,
                     const Orphans& orphans) const;
  bool needs_place() const;
  void write_place(database::SqlWriter& writer, const Orphans& orphans) const;

  const PurgeStep* step_ = nullptr;
  const database::Table* table_ = nullptr;
  // nullptr: the execution is a value of the row's document.
  const database::Column* execution_ = nullptr;
  const database::Column* only_ = nullptr;
  const database::Column* key_ = nullptr;
  bool by_index_ = false;
  std::vector<OrphanBranch> branches_;
  std::optional<Selection> selection_;
};

}  // namespace winnow::tasks

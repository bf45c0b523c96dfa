// One table of a sweep of rows: which of its rows are looked at, and the statements that find them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tasks/orphans/request.h"
#include "tasks/selection/rights.h"
#include "tasks/selection/selection.h"

namespace winnow::tasks {

// Rows of a table that one walk goes through.
struct OrphanBranch {
  // Nothing: the table has no such column.
  std::optional<bool> deleted = {};
  // The value of the step's `only` column; nothing: it has none.
  std::optional<std::string> only = {};
};

// Rows whose execution is missing.
struct Orphans {
  database::TextList executions = {};
  // Keys of the rows; empty where an index leads from an execution to its rows.
  database::TextList rows = {};
};

class OrphanTable {
 public:
  // nullptr for a step that this database does not have (another version of Kestra has it), or can't
  // take: then `left_out` gains the reason. Rights that are missing go to `rights`. The step and the schema must outlive the table. May ask
  // how many rows the table has.
  static Outcome<std::unique_ptr<OrphanTable>> make(
      const PurgeStep& step, const OrphanRowsRequest& request, const database::Schema& schema,
      database::Connection& connection, bool allow_scan, std::vector<std::string>& left_out,
      MissingRights& rights);

  OrphanTable(const OrphanTable&) = delete;
  OrphanTable& operator=(const OrphanTable&) = delete;
  ~OrphanTable() = default;

  const database::Table& table() const { return *table_; }
  const std::string& counter() const { return step_->counter; }
  const std::vector<OrphanBranch>& branches() const { return branches_; }

  // The walk, in order and from after a position on. By the index that leads to the executions: each
  // execution once, which is the position too. Otherwise row by row along the key: the position, and
  // the execution or NULL.
  database::Statement page(const database::Dialect& dialect, const OrphanBranch& branch,
                           const std::string& after, std::int64_t limit) const;
  // What a page's rows are, given those of its positions whose execution is missing.
  Orphans orphans(database::TextList positions, database::TextList executions) const;
  // As many keys as a page has, for statements that are only explained.
  database::TextList stand_in_keys() const;

  // Number of these rows that are selected.
  database::Statement count(const database::Dialect& dialect, const OrphanBranch& branch,
                            const Orphans& orphans) const;
  // Keys of such rows but for `kept`, at most `limit`. Where the user may lock rows they are locked,
  // and those that others hold are passed over.
  database::Statement keys(const database::Dialect& dialect, const OrphanBranch& branch,
                           const Orphans& orphans, const database::TextList& kept,
                           std::int64_t limit) const;
  database::Statement deletion(const database::Dialect& dialect, database::TextList keys) const;
  // Those of these keys that still have a row.
  database::Statement remaining(const database::Dialect& dialect, database::TextList keys) const;
  // How many rows the tenant has in this table, counted no further than `most`.
  database::Statement held(const database::Dialect& dialect, std::optional<bool> deleted,
                           std::int64_t most) const;
  const std::vector<std::optional<bool>>& deleted_branches() const {
    return selection_->deleted_branches();
  }

 private:
  OrphanTable() = default;  // NOLINT(bugprone-exception-escape): empty values throw nothing

  bool has_columns() const;
  Outcome<std::string> find_way(database::Connection& connection, bool allow_scan);
  Outcome<void> select(const OrphanRowsRequest& request, const database::Schema& schema);
  void write_walk(database::SqlWriter& writer, const OrphanBranch& branch) const;
  void write_orphans(database::SqlWriter& writer, const OrphanBranch& branch,
                     const Orphans& orphans) const;

  const PurgeStep* step_ = nullptr;
  const database::Table* table_ = nullptr;
  // nullptr: the execution stands in the row's document.
  const database::Column* execution_ = nullptr;
  const database::Column* only_ = nullptr;
  const database::Column* key_ = nullptr;
  bool by_index_ = false;
  std::vector<OrphanBranch> branches_;
  std::optional<Selection> selection_;
};

}  // namespace winnow::tasks

// One table of a sweep: which of its rows are looked at, and the statements that find them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tasks/selection/selection.h"

namespace winnow::tasks {

class OrphanTable {
 public:
  // Nothing and a reason in `left_out` for an optional step that this database can't take, or one whose rows can't tell
  // what the policy asks for. What is given must outlive it.
  static Outcome<std::unique_ptr<OrphanTable>> make(const Manifest& manifest, const PurgeStep& step,
                                                    const Json& parameters, const Policy& policy,
                                                    const database::Schema& schema,
                                                    std::vector<std::string>& left_out);

  OrphanTable(const OrphanTable&) = delete;
  OrphanTable& operator=(const OrphanTable&) = delete;
  ~OrphanTable() = default;

  const database::Table& table() const { return *table_; }
  const std::string& counter() const { return step_->counter; }
  const std::vector<std::optional<bool>>& branches() const {
    return selection_->deleted_branches();
  }

  // The next execution ids after `after`, in the index's order.
  database::Statement ids(const database::Dialect& dialect, std::optional<bool> deleted,
                          const std::string& after, std::int64_t limit) const;
  // Number of executions and of rows among the selected rows of these executions.
  database::Statement count(const database::Dialect& dialect, std::optional<bool> deleted,
                            database::TextList ids) const;
  // How many rows the tenant has in this table, counted no further than `most`.
  database::Statement held(const database::Dialect& dialect, std::optional<bool> deleted,
                           std::int64_t most) const;
  // Keys of selected rows of these executions, at most `limit`, locked; those that others hold are passed over.
  database::Statement keys(const database::Dialect& dialect, std::optional<bool> deleted,
                           database::TextList ids, std::int64_t limit) const;
  database::Statement deletion(const database::Dialect& dialect, database::TextList keys) const;
  // How many of these rows there still are.
  database::Statement left(const database::Dialect& dialect, database::TextList keys) const;

 private:
  OrphanTable() = default;  // NOLINT(bugprone-exception-escape): empty values throw nothing
  void write_selected(database::SqlWriter& writer, std::optional<bool> deleted,
                      database::TextList ids) const;

  const PurgeStep* step_ = nullptr;
  const database::Table* table_ = nullptr;
  const database::Column* id_ = nullptr;
  const database::Column* key_ = nullptr;
  std::optional<Selection> selection_;
};

}  // namespace winnow::tasks

#include "tasks/purge/transaction.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "database/count.h"
#include "database/texts.h"
#include "outcome/guard.h"
#include "outcome/try.h"
#include "tasks/purge/family_batches.h"
#include "tasks/purge/few_rows.h"

namespace winnow::tasks {
namespace {

using database::AfterBatch;
using database::Connection;
using database::plain;
using database::Statement;

// COMMIT travels alone: when its reply is lost, the counts are known and only its fate has to be
// looked up.
Outcome<void> commit(Connection& connection, Tried& tried) {
  const auto begun = std::chrono::steady_clock::now();
  // Memory that runs out in there leaves open what became of it, as a reply that is lost does.
  auto done = guarded([&] { return connection.execute({}, AfterBatch::commit); });
  tried.commit_took = std::chrono::steady_clock::now() - begun;
  if (done) return {};
  if (done.error().kind == FailureKind::no_memory) done.error().commit_in_doubt = true;
  return fail(std::move(done.error()));
}

using Keys = std::set<std::string, std::less<>>;

Outcome<Keys> keys_given(Connection& connection, const Statement& statement) {
  WINNOW_TRY(const auto texts, database::texts_of(connection, statement));
  return Keys(texts.begin(), texts.end());
}

tl::unexpected<Failure> kept_by_database(std::string_view what) {
  return fail(Failure{.kind = FailureKind::schema,
                      .message = "a trigger or a rule of the database keeps " + std::string(what),
                      .blame = Blame::some_rows});
}

tl::unexpected<Failure> kept_by_another() {
  return fail(Failure{.kind = FailureKind::schema,
                      .message = "another row has the same key, and is not meant",
                      .blame = Blame::some_rows});
}

// Where the rows are locked and nothing is deleted.
constexpr std::string_view kSavepoint = "SAVEPOINT winnow_locked";
constexpr std::string_view kBackToSavepoint = "ROLLBACK TO SAVEPOINT winnow_locked";

}  // namespace

void keep_families_whole(const std::vector<BatchRow>& all, std::vector<BatchRow>& cleared,
                         Tried& tried) {
  if (tried.unfinished.empty() && tried.kept_files.empty()) return;
  std::unordered_map<std::string_view, const BatchRow*> rows;
  for (const auto& row : all) rows.emplace(row.key, &row);
  std::set<std::string, std::less<>> unfinished;
  for (const auto& row : tried.unfinished) unfinished.insert(row.family());
  std::map<std::string, Failure, std::less<>> failed;
  Keys kept;
  for (const auto& each : tried.kept_files) {
    failed.emplace(rows.at(each.key)->family(), each.failure);
    kept.insert(each.key);
  }
  tried.unfinished.clear();
  for (const auto& row : all) {
    if (const auto found = failed.find(row.family()); found != failed.end()) {
      if (!kept.contains(row.key)) tried.kept_files.push_back({row.key, found->second});
    } else if (unfinished.contains(row.family())) {
      tried.unfinished.push_back(row);
    }
  }
  std::erase_if(cleared, [&](const BatchRow& row) {
    return failed.contains(row.family()) || unfinished.contains(row.family());
  });
}

Outcome<void> PurgeTransaction::run(Connection& connection, const Batch& batch, Tried& tried) {
  WINNOW_TRY(auto rows,
             families_ == nullptr ? take(connection, batch) : take_families(connection, batch));
  if (rows.empty()) return connection.rollback();
  if (files_ != nullptr) return run_with_files(connection, std::move(rows), tried);
  WINNOW_CHECK(delete_all(connection, rows, tried, {}));
  if (rows.empty()) return connection.rollback();
  tried.went = std::move(rows);
  WINNOW_CHECK(write_receipt(connection, tried.went,
                             steps_.deletes_parent() ? Removed::rows : Removed::dependents, tried));
  if (far_.rows != nullptr) WINNOW_CHECK(far_.rows->remove(steps_.rows(), tried.went));
  return commit(connection, tried);
}

// Before anything goes that no rollback brings back. One that was written for more rows ends first.
Outcome<void> PurgeTransaction::write_receipt(const Connection& connection,
                                              const std::vector<BatchRow>& rows, Removed removed,
                                              Tried& tried) const {
  if (receipts_ == nullptr) return {};
  WINNOW_CHECK(take_back(receipts_, tried.receipt));
  tried.receipt.reset();
  auto receipt = receipt_;
  for (const auto& row : rows) receipt.keys.push_back(row.key);
  receipt.counts = tried.counts;
  receipt.dependents_only = removed == Removed::dependents;
  receipt.transaction = connection.transaction_name();
  WINNOW_TRY(tried.receipt, receipts_->before_commit(std::move(receipt)));
  return {};
}

Outcome<std::vector<BatchRow>> PurgeTransaction::take(Connection& connection,
                                                      const Batch& batch) const {
  WINNOW_CHECK(connection.begin());
  struct Row {
    const BatchRow* first;
    int still_to_come = 0;
  };
  std::unordered_map<std::string_view, Row> rows;
  for (const auto& row : batch.rows) {
    ++rows.try_emplace(row.key, Row{.first = &row}).first->second.still_to_come;
  }
  bool is_another_there = false;
  const bool split = statements_.page_columns().split.has_value();
  const auto address = statements_.taken_address();
  std::vector<BatchRow> taken;
  WINNOW_CHECK(connection.query(statements_.take(batch), [&](const database::Row& row) {
    const auto found = rows.find(row.text(0).value_or(""));
    if (found == rows.end()) return true;
    if (--found->second.still_to_come < 0) is_another_there = true;
    taken.push_back(*found->second.first);
    if (split) taken.back().has_split_value = row.text(1) == PurgeStatements::kHasValue;
    if (address) taken.back().address = row.text(*address).value_or("");
    return true;
  }));
  // Over several parts of a table no index keeps a key from being there twice.
  if (is_another_there) return kept_by_another();
  return taken;
}

// In the batch's order. A family of which a row is held by others or may not go any more is left to
// the next pass, which looks at it again.
Outcome<std::vector<BatchRow>> PurgeTransaction::take_families(Connection& connection,
                                                               const Batch& batch) const {
  Batch roots{.deleted = batch.deleted};
  std::vector<BatchRow> members;
  for (const auto& row : batch.rows) (row.is_root() ? roots.rows : members).push_back(row);
  Keys taken;
  WINNOW_CHECK(connection.begin());
  if (!roots.rows.empty()) {
    WINNOW_TRY(taken, keys_given(connection, statements_.take(roots)));
  }
  if (!members.empty()) {
    WINNOW_TRY(auto keys, keys_given(connection, families_->statements().lock(keys_of(members))));
    taken.merge(keys);
  }
  auto rows = whole_families(batch.rows, taken);
  if (far_.families != nullptr) return far_.families->closed(rows);
  return closed_families(*families_, connection, std::move(rows));
}

// The rows that the database lets go are known before the first file goes. Where files of some
// stay, the deletion is taken back, and repeated for the others under the same locks.
Outcome<void> PurgeTransaction::run_with_files(Connection& connection, std::vector<BatchRow> rows,
                                               Tried& tried) {
  WINNOW_CHECK(delete_all(connection, rows, tried, around_savepoint(kSavepoint)));
  const auto deleted = rows.size();
  const auto removed = steps_.deletes_parent() ? Removed::rows : Removed::dependents;
  if (!rows.empty()) WINNOW_CHECK(write_receipt(connection, rows, removed, tried));
  const auto all = families_ == nullptr ? std::vector<BatchRow>() : rows;
  WINNOW_TRY(rows, files_->remove(std::move(rows), tried.unfinished, tried.kept_files));
  if (families_ != nullptr) keep_families_whole(all, rows, tried);
  if (rows.empty()) return connection.rollback();
  if (rows.size() < deleted) {
    tried.counts.clear();
    auto again = around_savepoint(kBackToSavepoint);
    WINNOW_CHECK(go_back_before_looking(connection, again));
    WINNOW_CHECK(delete_all(connection, rows, tried, std::move(again)));
    WINNOW_CHECK(write_receipt(connection, rows, removed, tried));
  }
  tried.went = std::move(rows);
  if (far_.rows != nullptr) WINNOW_CHECK(far_.rows->remove(steps_.rows(), tried.went));
  return commit(connection, tried);
}

// What is looked for before it is deleted is there again only once the savepoint has brought it
// back.
Outcome<void> PurgeTransaction::go_back_before_looking(Connection& connection,
                                                       Around& around) const {
  const auto& steps = steps_.rows();
  const bool looks = std::any_of(steps.begin(), steps.end(), [this](const RowStep& step) {
    return statements_.finds_first(step);
  });
  if (!looks) return {};
  const auto back = std::exchange(around.before, {});
  WINNOW_CHECK(connection.execute(back, AfterBatch::stay_open));
  return {};
}

// Nothing is left to COMMIT to refuse once files are gone.
PurgeTransaction::Around PurgeTransaction::around_savepoint(std::string_view before) const {
  Around around{.before = {plain(before)}, .after = {}};
  if (const auto check = statements_.dialect().check_deferred_constraints(); !check.empty()) {
    around.after.push_back(plain(check));
  }
  return around;
}

// Of the rows stay those that went, or whose dependents did.
Outcome<void> PurgeTransaction::delete_all(Connection& connection, std::vector<BatchRow>& rows,
                                           Tried& tried, Around around) const {
  if (!steps_.deletes_parent() || statements_.hold() != Hold::skipping) {
    if (steps_.deletes_parent()) count_rows(rows, tried);
    return delete_dependents(connection, steps_.rows(), rows, tried, std::move(around));
  }
  // Rows that are locked go, unless something of the database keeps them: then which ones has to be
  // known before anything of theirs goes.
  auto& before = around.before;
  before.push_back(statements_.delete_rows(rows));
  if (!statements_.table().may_keep_rows) {
    count_rows(rows, tried);
    around.deletes_rows = true;
    return delete_dependents(connection, steps_.rows(), rows, tried, std::move(around));
  }
  WINNOW_TRY(const auto changed, connection.execute(before, AfterBatch::stay_open));
  before.clear();
  WINNOW_CHECK(leave_kept(connection, changed.back(), rows, tried));
  if (rows.empty()) return {};
  count_rows(rows, tried);
  return delete_dependents(connection, steps_.rows(), rows, tried, std::move(around));
}

Outcome<void> PurgeTransaction::leave_kept(Connection& connection, std::int64_t deleted,
                                           std::vector<BatchRow>& rows, Tried& tried) const {
  if (deleted > std::ssize(rows)) return kept_by_another();
  const bool may_have_twins = !statements_.table().partitions.empty();
  if (deleted == std::ssize(rows) && !may_have_twins) return {};
  WINNOW_TRY(const auto kept, keys_given(connection, statements_.remaining(rows)));
  // A row that stays would be made up for by the second row of another key.
  if (deleted + std::ssize(kept) != std::ssize(rows)) return kept_by_another();
  const bool splits = std::any_of(rows.begin(), rows.end(), [&](const BatchRow& row) {
    return row.root != nullptr && kept.contains(row.key);
  });
  if (splits) return kept_by_database("a row of its family");
  std::erase_if(rows, [&](const BatchRow& row) { return kept.contains(row.key); });
  for (const auto& key : kept) {
    tried.kept.push_back({key, "a trigger or a rule of the database keeps the row"});
  }
  return {};
}

void PurgeTransaction::count_rows(const std::vector<BatchRow>& rows, Tried& tried) const {
  const auto& parent = steps_.parent();
  tried.counts[parent.counter] += static_cast<std::int64_t>(rows.size());
  if (parent.split.column.empty()) return;
  for (const auto& row : rows) {
    ++tried.counts[row.has_split_value ? parent.split.present : parent.split.missing];
  }
}

Outcome<void> PurgeTransaction::delete_dependents(Connection& connection,
                                                  const std::vector<RowStep>& steps,
                                                  const std::vector<BatchRow>& rows, Tried& tried,
                                                  Around around) const {
  auto deletions = std::move(around.before);
  const auto first = deletions.size();
  std::vector<const RowStep*> taken;
  for (const auto& step : steps) {
    if (step.empty || step.far) continue;
    const auto owners = with_dependents(step, rows);
    if (owners.empty()) continue;
    if (statements_.finds_first(step)) {
      WINNOW_TRY(auto keys,
                 database::texts_of(connection, statements_.find_dependents(step, owners)));
      if (keys.empty()) continue;
      deletions.push_back(statements_.delete_found(step, std::move(keys)));
    } else {
      deletions.push_back(statements_.delete_dependents(step, owners));
    }
    taken.push_back(&step);
  }
  deletions.insert(deletions.end(), around.after.begin(), around.after.end());
  WINNOW_TRY(const auto changed, connection.execute(deletions, AfterBatch::stay_open));
  // By something that the database did not have when it was probed.
  if (around.deletes_rows && changed[first - 1] > std::ssize(rows)) return kept_by_another();
  if (around.deletes_rows && changed[first - 1] != std::ssize(rows))
    return kept_by_database("the row");
  for (std::size_t at = 0; at < taken.size(); ++at) {
    tried.counts[taken[at]->step->counter] += changed[first + at];
  }
  for (const auto* step : taken) {
    if (!step->table->may_keep_rows && !step->table->acts_on_deletions) continue;
    WINNOW_TRY(const auto left,
               database::count_of(connection, statements_.count_dependents(*step, rows)));
    if (left == 0) continue;
    return kept_by_database("rows of table \"" + step->table->name +
                            "\" that belong to it, or writes them again");
  }
  return {};
}

Outcome<void> PurgeTransaction::sweep(Connection& connection, const std::vector<BatchRow>& rows,
                                      Tried& tried) {
  WINNOW_CHECK(connection.begin());
  // An execution that came back since (a late write of Kestra's executor) keeps its dependents.
  WINNOW_TRY(const auto back, keys_given(connection, statements_.remaining(rows)));
  auto gone = rows;
  std::erase_if(gone, [&back](const BatchRow& row) { return back.contains(row.key); });
  const auto late = steps_.late();
  WINNOW_CHECK(delete_dependents(connection, late, gone, tried, {}));
  if (far_.rows != nullptr) WINNOW_CHECK(far_.rows->remove(late, gone));
  const bool any = std::any_of(tried.counts.begin(), tried.counts.end(),
                               [](const auto& count) { return count.second > 0; });
  if (any) WINNOW_CHECK(write_receipt(connection, gone, Removed::dependents, tried));
  tried.swept = any;
  return commit(connection, tried);
}

}  // namespace winnow::tasks

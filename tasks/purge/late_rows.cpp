// A worker's share of the sweep of late rows: dependents that Kestra wrote after their batch was
// committed.
#include <algorithm>
#include <mutex>

#include "database/count.h"
#include "outcome/try.h"
#include "tasks/purge/halving.h"
#include "tasks/purge/worker.h"

namespace winnow::tasks {
namespace {

using database::Connection;

// Fewer are not worth a connection.
constexpr std::int64_t kFewestKeysOfASweep = 1'000;

std::vector<BatchRow> rows_of(const database::TextList& keys) {
  std::vector<BatchRow> rows(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) rows[i].key = keys[i];
  return rows;
}

}  // namespace

PurgeWorker::SweepSize PurgeWorker::size_of_a_sweep() const {
  const auto deleted = shared_.context.progress.rows_done.load();
  const auto in_one_pass = std::min(deleted, kKeysOfAPass);
  const auto late = steps_.late();
  if (std::all_of(late.begin(), late.end(), [&](const RowStep& step) {
        return statements_.pays_in_one_pass(*step.table, in_one_pass);
      })) {
    return {.keys = in_one_pass, .parts = shared_.connections};
  }
  // A connection's share, so that none sweeps alone while the others have nothing to do.
  const auto share = deleted / shared_.connections + 1;
  return {.keys = std::clamp(share, kFewestKeysOfASweep, kKeysOfASweep)};
}

Outcome<bool> PurgeWorker::sweep_late_rows() {
  const auto size = size_of_a_sweep();
  WINNOW_TRY(const auto deleted,
             shared_.ledger.next_deleted(static_cast<std::size_t>(size.keys), size.parts));
  if (deleted.keys->empty()) return false;
  const auto none = has_no_late_rows(deleted);
  if (none && *none) return true;
  if (!none && none.error().blame == Blame::none) return none;
  const std::lock_guard one_at_a_time(deleted.sweep->mutex);
  if (deleted.sweep->is_done) return true;
  WINNOW_CHECK(by_halves(
      {.rows = rows_of(*deleted.keys)}, shared_.sweep_sizer, shared_.stall,
      shared_.context.progress, [this](const Batch& part, Batch&) { return sweep(part.rows); },
      [this](const Batch& part, Failure failure) {
        failure.message = "rows that were written for it late stay: " + failure.message;
        return skip_refused(part.rows.front().key, failure);
      }));
  deleted.sweep->is_done = true;
  return true;
}

// A look at a share of the tables, by keys alone: as rows of a batch they would take three times
// the memory.
Outcome<bool> PurgeWorker::has_no_late_rows(const DeletedKeys& deleted) {
  bool none = false;
  WINNOW_CHECK(connection_.retry({.run = [&](Connection& connection) -> Outcome<void> {
                                    WINNOW_TRY(none,
                                               are_dependents_gone(connection, *deleted.keys,
                                                                   Look::at_once, deleted.share));
                                    return {};
                                  },
                                  .divisible = deleted.keys->size() > 1}));
  return none;
}

// In one transaction. Rare: nearly always a look finds nothing.
Outcome<void> PurgeWorker::sweep(const std::vector<BatchRow>& rows) {
  Tried tried;
  const RetriedOperation sweeping{
      .run = [&](Connection& connection) -> Outcome<void> {
        WINNOW_CHECK(take_back(shared_.context.receipts, tried.receipt));
        tried = {};
        WINNOW_TRY(const bool none, are_dependents_gone(connection, keys_of(rows), Look::at_once));
        return none ? Outcome<void>{} : transaction_.sweep(connection, rows, tried);
      },
      .verify =
          [&](Connection& connection) {
            return are_dependents_gone(connection, keys_of(rows), Look::waiting);
          },
      .divisible = rows.size() > 1};
  const auto swept = connection_.retry(sweeping);
  if (!swept) return fail(left_in_doubt(swept.error(), tried));
  for (const auto& [counter, deleted] : tried.counts) shared_.ledger.add(counter, deleted);
  WINNOW_CHECK(confirm_receipt(tried));
  return tried.swept ? check_swept(rows) : Outcome<void>{};
}

// A trigger may write rows for each that goes, and would do so for ever.
Outcome<void> PurgeWorker::check_swept(const std::vector<BatchRow>& rows) {
  WINNOW_TRY(const bool none, connection_.read([&](Connection& connection) {
    return are_dependents_gone(connection, keys_of(rows), Look::at_once);
  }));
  if (none) return {};
  return fail(Failure{.kind = FailureKind::schema,
                      .message = "they were written again when they had been deleted, by Kestra "
                                 "or by a trigger of the database",
                      .blame = Blame::some_rows});
}

Outcome<bool> PurgeWorker::are_dependents_gone(Connection& connection,
                                               const database::TextList& keys, Look look,
                                               database::PageShare share) const {
  const auto size = std::ssize(keys);
  for (auto& step : look == Look::waiting ? steps_.late() : steps_.late_now(connection)) {
    const bool pays = share.parts > 1 || statements_.pays_in_one_pass(*step.table, size);
    step.in_one_pass = look == Look::at_once && pays;
    // What may change, as a state or a message, may move meanwhile: who has the first share looks
    // for it on all pages.
    if (step.step->written_once) {
      step.share = share;
    } else if (share.part > 0) {
      continue;
    }
    auto statement = statements_.count_dependents(step, keys);
    if (look == Look::waiting) statement.sql += statements_.dialect().count_waiting();
    WINNOW_TRY(const auto left, database::count_of(connection, statement));
    if (left > 0) return false;
  }
  return true;
}

}  // namespace winnow::tasks

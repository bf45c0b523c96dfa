#include "tasks/purge/worker.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "database/count.h"
#include "outcome/guard.h"
#include "tasks/shared/counters.h"

namespace winnow::tasks {
namespace {

using database::AfterBatch;
using database::Connection;
using database::SqlWriter;
using database::Statement;
using std::chrono::milliseconds;

constexpr std::int32_t kTriesOfABatch = 12;
// Of one transaction of the second look: many, so that neighbours in an index are met together.
constexpr std::size_t kKeysOfALook = 10'000;

std::vector<BatchRow> rows_of(const std::vector<std::string>& keys) {
  std::vector<BatchRow> rows(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) rows[i].key = keys[i];
  return rows;
}

}  // namespace

PurgeWorker::PurgeWorker(PurgeShared& shared, std::unique_ptr<Connection> connection)
    : shared_(shared), files_(shared.context, shared.ledger), connection_(std::move(connection)) {}

Outcome<bool> PurgeWorker::step() {
  Batch batch;
  const Attempt taking{.act = [&] { return take(batch); }, .is_gone = [] { return false; }};
  if (auto taken = insist(taking); !taken) return fail(taken.error());
  if (batch.rows.empty()) return false;

  const auto started = std::chrono::steady_clock::now();
  auto rows = static_cast<std::int64_t>(batch.rows.size());
  if (shared_.dry_run) {
    if (auto counted = count(batch); !counted) return fail(counted.error());
  } else {
    const auto removed = remove_whole(batch);
    if (!removed) return fail(removed.error());
    rows = *removed;
  }
  shared_.sizer.learn(rows, std::chrono::steady_clock::now() - started - files_.take_time());
  return true;
}

// In one transaction; executions whose files take longer than locks may wait are locked anew in
// further ones. The number of rows that went.
Outcome<std::int64_t> PurgeWorker::remove_whole(Batch& batch) {
  const Attempt removing{.act = [&] { return remove(batch); },
                         .is_gone =
                             [&] {
                               return shared_.steps.deletes_parent()
                                          ? parents_gone(keys_of(batch.rows))
                                          : children_gone(batch.rows, Look::waiting);
                             }};
  std::int64_t rows = 0;
  do {
    if (auto removed = insist(removing); !removed) return fail(removed.error());
    if (auto settled = settle(batch); !settled) return fail(settled.error());
    rows += static_cast<std::int64_t>(batch.rows.size());
    batch.rows = files_.take_unfinished();
  } while (!batch.rows.empty());
  return rows;
}

Outcome<void> PurgeWorker::take(Batch& batch) {
  auto next = shared_.source.next(*connection_, shared_.sizer.size());
  if (!next) return fail(next.error());
  batch = std::move(*next);
  return {};
}

// Acts until it is done, or known to have been done.
Outcome<void> PurgeWorker::insist(const Attempt& attempt) {
  Backoff backoff(kTriesOfABatch, milliseconds(10), milliseconds(1'000));
  while (true) {
    in_flight_.clear();
    const auto acted = attempt.act();
    if (acted) return {};
    const auto committed = guarded([&] { return recover(acted.error(), attempt, backoff); });
    if (!committed) return fail(left_open(acted.error(), committed.error()));
    if (*committed) return {};
    ++shared_.context.progress.retries;
    shared_.ledger.add("retries", 1);
    const auto& cancellation = shared_.context.cancellation;
    if (!backoff.wait(cancellation)) return fail(backoff.given_up(acted.error(), cancellation));
  }
}

// What ends the attempts. Counts of a transaction whose fate could not be learned are told apart.
Failure PurgeWorker::left_open(const Failure& first, Failure last) {
  if (!first.commit_in_doubt) return last;
  for (const auto& [counter, rows] : in_flight_) shared_.ledger.doubt(counter, rows);
  last.message +=
      "; whether the last transaction was committed could not be learned: `done.inDoubt` "
      "has its counts";
  return last;
}

// Brings the connection back into a usable state, within the budget. True when the transaction
// turns out to be committed.
Outcome<bool> PurgeWorker::recover(const Failure& failure, const Attempt& attempt,
                                   Backoff& backoff) {
  const auto& cancellation = shared_.context.cancellation;
  if (cancellation.requested() || !worth_another_try(failure)) {
    static_cast<void>(connection_->rollback());
    return fail(failure);
  }
  if (!connection_lost(failure) && connection_->rollback()) return false;
  shared_.context.host.log(LogLevel::warn,
                           "the connection was lost and is opened again: " + failure.message);
  const auto transaction = connection_->transaction_name();
  do {
    auto opened = database::connect(shared_.context.database, cancellation);
    if (opened) {
      connection_ = std::move(*opened);
      if (!failure.commit_in_doubt) return false;
      auto committed = was_committed(transaction, attempt);
      if (committed || !worth_another_try(committed.error())) return committed;
    } else if (!worth_another_try(opened.error())) {
      return fail(opened.error());
    }
    // A server that restarts refuses for a while.
  } while (backoff.wait(cancellation));
  return fail(failure);
}

// After a commit whose answer was lost. What the server can tell is certain, also when another
// purge took the same rows since; what is gone is a good guess.
Outcome<bool> PurgeWorker::was_committed(const std::string& transaction, const Attempt& attempt) {
  if (!transaction.empty()) {
    const auto told = connection_->was_committed(transaction);
    if (!told) return fail(told.error());
    if (*told) return **told;
  }
  return attempt.is_gone();
}

// One transaction. Of the batch stays what it removed.
Outcome<void> PurgeWorker::remove(Batch& batch) {
  auto locked = shared_.source.lock(*connection_, batch);
  if (!locked) return fail(locked.error());
  batch = std::move(*locked);
  if (auto removed = remove_files(batch); !removed) return removed;
  if (batch.rows.empty()) return connection_->rollback();
  return remove_rows(batch);
}

// Executions whose files stay are taken out of the batch: their rows stay too.
Outcome<void> PurgeWorker::remove_files(Batch& batch) {
  const auto* step = shared_.steps.files();
  if (step == nullptr || shared_.context.storage == nullptr || batch.rows.empty()) return {};
  return files_.remove(*step, batch);
}

Outcome<void> PurgeWorker::remove_rows(const Batch& batch) {
  const auto& dialect = connection_->dialect();
  const auto& steps = shared_.steps;
  std::vector<Deletion> deletions;
  for (const auto& step : steps.rows()) {
    if (step.empty) continue;
    deletions.push_back({steps.deletion(dialect, step, batch.rows), step.step->counter});
  }
  if (steps.deletes_parent()) {
    const auto& table = shared_.selection.table();
    deletions.push_back({dialect.delete_by_keys(table, *table.column("key"), keys_of(batch.rows)),
                         steps.parent().counter});
  }
  return commit(std::move(deletions));
}

// COMMIT travels alone: when its answer is lost, the counts are known and only its fate has to be
// looked up.
Outcome<void> PurgeWorker::commit(std::vector<Deletion> deletions) {
  std::vector<Statement> statements;
  statements.reserve(deletions.size());
  for (auto& deletion : deletions) statements.push_back(std::move(deletion.statement));
  const auto changed = connection_->execute(statements, AfterBatch::stay_open);
  if (!changed) return fail(changed.error());
  for (std::size_t i = 0; i < deletions.size(); ++i) {
    in_flight_[deletions[i].counter] += (*changed)[i];
  }
  // Memory that runs out in there leaves open what became of it, as an answer that is lost does.
  auto done = guarded([this] { return connection_->execute({}, AfterBatch::commit); });
  if (done) return {};
  if (done.error().kind == FailureKind::no_memory) done.error().commit_in_doubt = true;
  return fail(std::move(done.error()));
}

void PurgeWorker::count_in_flight() {
  for (const auto& [counter, rows] : in_flight_) shared_.ledger.add(counter, rows);
  in_flight_.clear();
}

// After the commit. Nothing was committed for a batch whose rows were all held by others.
Outcome<void> PurgeWorker::settle(const Batch& batch) {
  if (batch.rows.empty()) return {};
  count_in_flight();
  shared_.ledger.add("batches", 1);
  shared_.context.progress.rows_done += static_cast<std::int64_t>(batch.rows.size());
  report_batch(shared_.context, batch.rows.size(), shared_.ledger.counters());
  return shared_.steps.looks_again() ? shared_.ledger.gone(batch.rows) : Outcome<void>{};
}

Outcome<void> PurgeWorker::count(const Batch& batch) {
  const auto& steps = shared_.steps;
  for (const auto& step : steps.rows()) {
    const auto rows =
        database::count_of(*connection_, steps.count(connection_->dialect(), step, batch.rows));
    if (!rows) return fail(rows.error());
    shared_.ledger.add(step.step->counter, *rows);
  }
  if (steps.files() != nullptr && shared_.context.storage != nullptr) {
    for (const auto& counted :
         shared_.context.storage->count(folders_of(batch), shared_.context.cancellation)) {
      if (counted.failure) return fail(*counted.failure);
      shared_.ledger.add(steps.files()->counter, static_cast<std::int64_t>(counted.files));
    }
  }
  const auto rows = static_cast<std::int64_t>(batch.rows.size());
  if (steps.deletes_parent()) shared_.ledger.add(steps.parent().counter, rows);
  shared_.context.progress.rows_done += rows;
  return {};
}

Outcome<bool> PurgeWorker::look_again() {
  const auto keys = shared_.ledger.next_gone(kKeysOfALook);
  if (!keys) return fail(keys.error());
  if (keys->empty()) return false;
  const auto rows = rows_of(*keys);
  const Attempt looking{.act = [&]() -> Outcome<void> {
                          const auto none = children_gone(rows, Look::at_once);
                          if (!none) return fail(none.error());
                          return *none ? Outcome<void>{} : remove_late(*keys);
                        },
                        .is_gone = [&] { return children_gone(rows, Look::waiting); }};
  if (auto looked = insist(looking); !looked) return fail(looked.error());
  count_in_flight();
  return true;
}

// One transaction. Rare: nearly always a look finds nothing.
Outcome<void> PurgeWorker::remove_late(const std::vector<std::string>& keys) {
  if (auto begun = connection_->begin(); !begun) return begun;
  const auto rows = those_gone(keys);
  if (!rows) return fail(rows.error());
  std::vector<Deletion> deletions;
  for (const auto& step : shared_.steps.late()) {
    deletions.push_back(
        {shared_.steps.deletion(connection_->dialect(), step, *rows), step.step->counter});
  }
  return commit(std::move(deletions));
}

Outcome<bool> PurgeWorker::any_left() {
  bool left = false;
  const Attempt asking{.act = [&]() -> Outcome<void> {
                         const auto told = shared_.source.any_left(*connection_);
                         if (!told) return fail(told.error());
                         left = *told;
                         return {};
                       },
                       .is_gone = [] { return false; }};
  if (auto asked = insist(asking); !asked) return fail(asked.error());
  return left;
}

Outcome<bool> PurgeWorker::parents_gone(const std::vector<std::string>& keys) {
  auto statement = select_by_keys("count(*)", keys);
  statement.sql += connection_->dialect().count_waiting();
  const auto left = database::count_of(*connection_, statement);
  if (!left) return fail(left.error());
  return *left == 0;
}

Outcome<bool> PurgeWorker::children_gone(const std::vector<BatchRow>& rows, Look look) {
  const auto& dialect = connection_->dialect();
  const auto& steps = shared_.steps;
  for (const auto& step : look == Look::waiting ? steps.late() : steps.late_now(*connection_)) {
    auto statement = steps.count(dialect, step, rows);
    if (look == Look::waiting) statement.sql += dialect.count_waiting();
    const auto left = database::count_of(*connection_, statement);
    if (!left) return fail(left.error());
    if (*left > 0) return false;
  }
  return true;
}

// An execution that came back since (a late write of Kestra's executor) keeps its children.
Outcome<std::vector<BatchRow>> PurgeWorker::those_gone(const std::vector<std::string>& keys) {
  std::set<std::string, std::less<>> back;
  auto queried =
      connection_->query(select_by_keys("e." + connection_->dialect().quoted("key"), keys),
                         [&](const database::Row& row) {
                           back.emplace(row.text(0).value_or(""));
                           return true;
                         });
  if (!queried) return fail(queried.error());
  auto rows = rows_of(keys);
  std::erase_if(rows, [&back](const BatchRow& row) { return back.contains(row.key); });
  return rows;
}

Statement PurgeWorker::select_by_keys(const std::string& expression,
                                      database::TextList keys) const {
  const auto& dialect = connection_->dialect();
  const auto& table = shared_.selection.table();
  SqlWriter writer(dialect);
  writer.text("SELECT " + expression + " FROM ").table(table).text(" AS e WHERE ");
  dialect.any_key(writer, "e", table, *table.column("key"), std::move(keys));
  return writer.take();
}

}  // namespace winnow::tasks

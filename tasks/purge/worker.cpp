#include "tasks/purge/worker.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <string_view>
#include <utility>

#include "database/count.h"
#include "document/strings.h"
#include "outcome/try.h"
#include "tasks/purge/halving.h"
#include "tasks/shared/counters.h"

namespace winnow::tasks {
namespace {

using database::Connection;

// Rows that stay for one kind of reason, before a run gives up.
constexpr std::int64_t kMostSkipped = 1'000;
// Rows in turn that others hold, before a purge whose rows stay gives up: it can't meet them again.
constexpr int kMostLockedInTurn = 3;

std::optional<PurgeFiles> files_of(PurgeShared& shared) {
  const auto* step = shared.prepared.steps->files();
  if (step == nullptr || shared.context.storage == nullptr) return std::nullopt;
  return PurgeFiles(shared.context, shared.ledger, *step);
}

std::optional<FarRows> far_rows_of(PurgeShared& shared) {
  const auto& prepared = shared.prepared;
  if (!prepared.steps->has_far_rows()) return std::nullopt;
  return FarRows(shared.context, *prepared.statements, shared.ledger,
                 {.task = shared.task, .table = {}, .cutoff = shared.cutoff});
}

std::optional<FarFamilies> far_families_of(PurgeShared& shared) {
  const auto& prepared = shared.prepared;
  const auto& table = prepared.statements->table();
  if (!prepared.families || !table.sharding) return std::nullopt;
  return FarFamilies(shared.context, *prepared.families, table);
}

bool is_locked(const Failure& failure) {
  return failure.kind == FailureKind::conflict && failure.blame == Blame::some_rows;
}

}  // namespace

void note_stall(PurgeShared& shared) {
  const auto waited = shared.stall.note();
  if (!waited) return;
  report(shared.context.host,
         {.waited = *waited,
          .what = "rows of table \"" + shared.prepared.selection->table().name +
                  "\", or of those that belong to them, which other sessions hold"});
}

PurgeWorker::PurgeWorker(PurgeShared& shared, std::unique_ptr<Connection> connection)
    : shared_(shared),
      statements_(*shared.prepared.statements),
      steps_(*shared.prepared.steps),
      connection_(shared.context, std::move(connection)),
      far_rows_(far_rows_of(shared)),
      far_families_(far_families_of(shared)),
      files_(files_of(shared)),
      transaction_(statements_, steps_, shared.prepared.families.get(),
                   {.rows = far_rows_ ? &*far_rows_ : nullptr,
                    .families = far_families_ ? &*far_families_ : nullptr},
                   files_ ? &*files_ : nullptr, shared.context.receipts,
                   {.task = shared.task,
                    .table = shared.prepared.selection->table().name,
                    .cutoff = shared.cutoff}) {}

Outcome<bool> PurgeWorker::step() {
  if (shared_.stall.is_over() || shared_.outage) return false;
  WINNOW_TRY(const auto next, shared_.pacer.await(lane_));
  if (next == Pacer::Next::budget_used) return false;
  WINNOW_TRY(auto batch, connection_.read([&](Connection& connection) {
    note_outage();
    return shared_.source.next(connection, shared_.sizer.size(), shared_.workers);
  }));
  if (shared_.outage) return false;
  shared_.ledger.skipped().add_families(batch.kept, batch.kept_count);
  if (batch.rows.empty()) return false;
  if (statements_.hold() == Hold::none) {
    WINNOW_CHECK(count(std::move(batch)));
    return true;
  }
  went_ = 0;
  deleted_ = 0;
  skipped_ = 0;
  commit_took_ = {};
  const auto asked = static_cast<std::int64_t>(batch.rows.size());
  WINNOW_TRY(const auto reserved, reserve(batch));
  const auto started = std::chrono::steady_clock::now();
  staying_.clear();
  if (far_families_) {
    WINNOW_TRY(batch.rows, far_families_->in_order(std::move(batch.rows)));
  }
  WINNOW_CHECK(by_halves(
      std::move(batch), shared_.sizer, shared_.stall, shared_.context.progress,
      [this](const Batch& part, Batch& rest) {
        return staying_.empty() ? remove(part, rest) : remove(without_staying(part), rest);
      },
      [this](const Batch& part, const Failure& failure) { return leave(part, failure); }));
  shared_.unaccounted += asked - went_ - skipped_;
  shared_.reserved -= reserved - went_;
  const auto took = std::chrono::steady_clock::now() - started;
  shared_.pacer.learn(lane_, deleted_, took);
  const auto storage_took = files_ ? files_->take_time() : std::chrono::nanoseconds{};
  // A commit of nothing writes nothing.
  shared_.sizer.learn(went_, took - storage_took,
                      deleted_ > 0 ? commit_took_ : std::chrono::nanoseconds{});
  note_outage();
  if (committed_.is_to_be_asked(connection_.reopened())) WINNOW_CHECK(uncount_lost());
  return true;
}

// A server that took over may have rows back that another worker has counted. A page that is read
// there has them again, and that worker has to ask before anybody deletes them: the pass ends, and
// another one follows.
void PurgeWorker::note_outage() {
  const bool asks = steps_.deletes_parent() && statements_.hold() != Hold::none;
  if (!asks || !committed_.is_to_be_asked(connection_.reopened())) return;
  ++shared_.unaccounted;
  shared_.outage = true;
}

// Of a batch that is more than may go, some rows may not be selected.
Outcome<std::int64_t> PurgeWorker::reserve(const Batch& batch) {
  const auto allowance = shared_.allowance.value_or(kCountAll);
  const auto asked = static_cast<std::int64_t>(batch.rows.size());
  if ((shared_.reserved += asked) <= allowance) return asked;
  // Families were looked at just now.
  if (shared_.prepared.families) return shared_.limits.exceeded(allowance);
  WINNOW_TRY(const auto selected, connection_.read([&](Connection& connection) {
    return database::count_of(connection, statements_.count_still_selected(batch));
  }));
  if ((shared_.reserved -= asked - selected) <= allowance) return selected;
  return shared_.limits.exceeded(allowance);
}

// Families go in several transactions over shards: a row that stays keeps all above it.
Batch PurgeWorker::without_staying(Batch part) {
  const auto stay = std::erase_if(
      part.rows, [this](const BatchRow& row) { return staying_.contains(row.family()); });
  skipped_ += static_cast<std::int64_t>(stay);
  shared_.ledger.skipped().add_more(static_cast<std::int64_t>(stay));
  return part;
}

void PurgeWorker::keep_families_of(const std::vector<BatchRow>& rows, const Tried& tried) {
  if (!far_families_) return;
  std::set<std::string_view> kept;
  for (const auto& row : tried.kept) kept.insert(row.key);
  for (const auto& row : tried.kept_files) kept.insert(row.key);
  for (const auto& row : rows) {
    if (kept.contains(row.key)) staying_.insert(row.family());
  }
}

// In one transaction. Executions whose files take longer than locks may wait are left in `rest`.
Outcome<void> PurgeWorker::remove(const Batch& part, Batch& rest) {
  if (part.rows.empty()) return {};
  Tried tried;
  // A row that stays is met once: there it is waited for, by itself.
  const bool waits = !steps_.deletes_parent() && part.rows.size() == 1;
  const RetriedOperation removing{
      .run = [&](Connection& connection) -> Outcome<void> {
        WINNOW_CHECK(take_back(shared_.context.receipts, tried.receipt));
        tried = {};
        return transaction_.run(connection, part, tried);
      },
      .verify = [&](Connection& connection) -> Outcome<bool> {
        if (!steps_.deletes_parent()) {
          return are_dependents_gone(connection, keys_of(tried.went), Look::waiting);
        }
        WINNOW_TRY(const auto left, count_there(connection, tried.went));
        return left == 0;
      },
      .divisible = !waits};
  const auto removed = connection_.retry(removing);
  if (!removed) return fail(left_in_doubt(removed.error(), tried));
  keep_families_of(part.rows, tried);
  rest.rows = std::move(tried.unfinished);
  // What went is counted also where its receipt can't be confirmed.
  const auto confirmed = confirm_receipt(tried);
  WINNOW_CHECK(settle(tried));
  return confirmed;
}

Outcome<void> PurgeWorker::confirm_receipt(const Tried& tried) {
  if (!tried.receipt) return {};
  // Files of all of its rows stay: nothing was committed.
  const bool nothing_went = tried.went.empty() && !tried.swept;
  if (nothing_went) return take_back(shared_.context.receipts, tried.receipt);
  return shared_.context.receipts->committed(*tried.receipt);
}

// What ends the tries. Counts of a transaction whose fate could not be learned are told apart.
Failure PurgeWorker::left_in_doubt(Failure failure, const Tried& tried) {
  if (!failure.commit_in_doubt) {
    // The failure itself is what matters.
    static_cast<void>(take_back(shared_.context.receipts, tried.receipt));
    return failure;
  }
  for (const auto& [counter, rows] : tried.counts) shared_.ledger.doubt(counter, rows);
  failure.message +=
      "; whether the last transaction was committed could not be learned: `done.inDoubt` has its "
      "counts";
  return failure;
}

// After the commit. Nothing was committed for a batch whose rows were all held by others.
Outcome<void> PurgeWorker::settle(const Tried& tried) {
  auto& ledger = shared_.ledger;
  for (const auto& kept : tried.kept_files) WINNOW_CHECK(skip_files(kept));
  for (const auto& kept : tried.kept) ledger.skipped().add(kept);
  skipped_ += static_cast<std::int64_t>(tried.kept.size() + tried.kept_files.size());
  if (tried.went.empty()) return {};
  shared_.stall.end();
  locked_in_turn_ = 0;
  commit_took_ = tried.commit_took;
  const auto rows = static_cast<std::int64_t>(tried.went.size());
  went_ += rows;
  for (const auto& [counter, deleted] : tried.counts) {
    ledger.add(counter, deleted);
    deleted_ += deleted;
  }
  ledger.add("batches", 1);
  remember(tried);
  shared_.context.progress.rows_done += rows;
  report_batch(shared_.context, tried.went.size(), ledger.counters());
  return steps_.sweeps_late_rows() ? ledger.deleted(tried.went) : Outcome<void>{};
}

void PurgeWorker::remember(const Tried& tried) {
  CommittedBatch batch{.ends = ends_of(tried.went),
                       .rows = std::ssize(tried.went),
                       .counts = tried.counts,
                       .reopened = connection_.reopened()};
  if (shared_.by_namespace) batch.namespaces = by_namespace(tried.went);
  shared_.ledger.count_namespaces(batch.namespaces);
  // Rows that stay tell nothing of what became of theirs.
  if (!steps_.deletes_parent()) return;
  committed_.remember(std::move(batch));
}

Outcome<std::int64_t> PurgeWorker::count_there(Connection& connection,
                                               const std::vector<BatchRow>& rows) const {
  return database::count_of(connection, statements_.count_remaining(rows));
}

// Where the connection is lost meanwhile, the next server is asked anew.
Outcome<void> PurgeWorker::uncount_lost() {
  WINNOW_CHECK(connection_.retry({.run = [&](Connection& connection) -> Outcome<void> {
    const auto reopened = connection_.reopened();
    // Finds out whether the connection still stands.
    const auto* newest = committed_.newest();
    if (newest != nullptr) WINNOW_CHECK(count_there(connection, newest->ends));
    return committed_.forget_lost(
        reopened, [&](const auto& batch) { return count_there(connection, batch.ends); },
        [&](const auto& batch) { shared_.ledger.uncount(batch); });
  }}));
  const auto lost = committed_.take_lost();
  if (lost == 0) return {};
  shared_.unaccounted += lost;
  shared_.reserved -= lost;
  shared_.context.progress.rows_done -= lost;
  shared_.context.host.log(
      LogLevel::warn,
      rows_are_back(lost, "row", " of table \"" + shared_.prepared.selection->table().name + '"'));
  return {};
}

// The same words are logged once.
Outcome<void> PurgeWorker::skip_files(const KeptFiles& kept) {
  auto& skipped = shared_.ledger.skipped();
  const auto first = skipped.storage_failure();
  if (!first || first->message != kept.failure.message) {
    shared_.context.host.log(LogLevel::error, kept.failure.message);
  }
  skipped.add({kept.key, kept.failure.message}, kept.failure);
  if (skipped.with_files() > kMostSkipped) return fail(*skipped.storage_failure());
  return {};
}

// A single row, or a family, that could not be removed.
Outcome<void> PurgeWorker::leave(const Batch& part, const Failure& failure) {
  const auto& row = part.rows.back();
  if (!is_locked(failure)) {
    const auto rows = std::ssize(part.rows);
    if (far_families_) staying_.insert(row.family());
    skipped_ += rows;
    shared_.ledger.skipped().add_more(rows - 1);
    return skip_refused(row.family(), failure);
  }
  if (steps_.deletes_parent()) {
    // It is met again by the next pass.
    ++shared_.context.progress.retries;
    note_stall(shared_);
    return {};
  }
  ++skipped_;
  shared_.ledger.skipped().add({row.key, failure.message});
  if (++locked_in_turn_ < kMostLockedInTurn) return {};
  return fail(failure);
}

Outcome<void> PurgeWorker::skip_refused(const std::string& key, const Failure& failure) {
  shared_.ledger.skipped().add({key, failure.message});
  if (++shared_.refused <= kMostSkipped) return {};
  auto last = failure;
  last.message += "; the database refused " + std::to_string(kMostSkipped) +
                  " rows before this one, and the run ends here";
  last.blame = Blame::none;
  return fail(std::move(last));
}

}  // namespace winnow::tasks

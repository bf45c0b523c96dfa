#include "tasks/purge_worker.h"

#include <algorithm>
#include <chrono>
#include <set>

namespace winnow::tasks {
namespace {

using database::AfterBatch;
using database::Connection;
using database::SqlWriter;
using database::Statement;
using std::chrono::milliseconds;

constexpr std::int64_t kFirstBatch = 100;  // what Kestra takes; grows from there
constexpr milliseconds kTargetTime{250};   // of a transaction
constexpr std::int32_t kTries = 12;        // of one batch
constexpr std::size_t kMostKept = 1'000;   // executions whose files stay, before a run gives up

bool worth_another_try(const Failure& failure) {
  return failure.commit_in_doubt ||
         (failure.retryable &&
          (failure.kind == FailureKind::conflict || failure.kind == FailureKind::unavailable));
}

bool connection_lost(const Failure& failure) {
  return failure.commit_in_doubt || failure.kind == FailureKind::unavailable;
}

std::vector<storage::ExecutionFolder> folders_of(const Batch& batch) {
  std::vector<storage::ExecutionFolder> folders;
  folders.reserve(batch.rows.size());
  for (const auto& row : batch.rows) {
    folders.push_back({.tenant = row.tenant,
                       .name_space = row.name_space,
                       .flow = row.flow,
                       .execution = row.key});
  }
  return folders;
}

database::TextList keys_of(const Batch& batch) {
  database::TextList keys;
  keys.reserve(batch.rows.size());
  for (const auto& row : batch.rows) keys.push_back(row.key);
  return keys;
}

}  // namespace

void PurgeLedger::add(const std::string& counter, std::int64_t rows) {
  if (counter.empty()) return;
  const std::lock_guard guard(mutex_);
  counters_[counter] = counters_.value(counter, std::int64_t{0}) + rows;
}

Outcome<void> PurgeLedger::gone(const std::vector<BatchRow>& rows) {
  std::vector<std::string> keys;
  keys.reserve(rows.size());
  for (const auto& row : rows) keys.push_back(row.key);
  const std::lock_guard guard(mutex_);
  return keys_.append(keys);
}

void PurgeLedger::kept(const Failure& failure) {
  const std::lock_guard guard(mutex_);
  if (!kept_) kept_ = failure;
  ++kept_executions_;
}

Json PurgeLedger::counters() const {
  const std::lock_guard guard(mutex_);
  return counters_;
}

std::optional<Failure> PurgeLedger::kept_failure() const {
  const std::lock_guard guard(mutex_);
  return kept_;
}

std::int64_t PurgeLedger::kept_executions() const {
  const std::lock_guard guard(mutex_);
  return kept_executions_;
}

BatchSizer::BatchSizer(std::int64_t most) : most_(most), size_(std::min(most, kFirstBatch)) {}

void BatchSizer::learn(std::int64_t rows, std::chrono::steady_clock::duration took) {
  const auto size = size_.load();
  if (rows < size) return;  // a last, short batch says nothing
  const auto spent =
      std::max<std::int64_t>(1, std::chrono::duration_cast<milliseconds>(took).count());
  const auto fitting = size * kTargetTime.count() / spent;
  // Never more than doubled or halved at a time: one slow commit is no trend.
  size_.store(std::clamp(std::clamp(fitting, size / 2, size * 2), std::int64_t{1}, most_));
}

PurgeWorker::PurgeWorker(PurgeShared& shared, std::unique_ptr<Connection> connection)
    : shared_(shared), connection_(std::move(connection)) {}

Outcome<bool> PurgeWorker::step() {
  const auto started = std::chrono::steady_clock::now();
  Backoff backoff(kTries, milliseconds(10), milliseconds(1'000));
  auto batch = shared_.source.next(*connection_, shared_.sizer.size());
  while (!batch) {
    const auto failure = batch.error();
    if (auto ready = recover(failure, Batch{}, backoff); !ready) return fail(ready.error());
    if (!backoff.wait(shared_.context.cancellation)) return fail(given_up(failure));
    batch = shared_.source.next(*connection_, shared_.sizer.size());
  }
  if (batch->rows.empty()) {
    if (auto ended = connection_->rollback(); !ended) return fail(ended.error());
    return false;
  }
  const auto rows = static_cast<std::int64_t>(batch->rows.size());
  auto removed = shared_.dry_run ? count(*batch) : remove(std::move(*batch));
  if (!removed) return fail(removed.error());
  shared_.sizer.learn(rows, std::chrono::steady_clock::now() - started);
  return true;
}

// The transaction that selected the batch is open, its rows are locked.
Outcome<void> PurgeWorker::remove(Batch batch) {
  Backoff backoff(kTries, milliseconds(10), milliseconds(1'000));
  auto attempted = attempt(batch);
  while (!attempted) {
    const auto failure = attempted.error();
    const auto finished = recover(failure, batch, backoff);
    if (!finished) return fail(finished.error());
    if (*finished) return committed(batch);
    ++shared_.context.progress.retries;
    shared_.ledger.add("retries", 1);
    if (!backoff.wait(shared_.context.cancellation)) return fail(given_up(failure));
    auto again = shared_.source.again(*connection_, batch);
    attempted = again ? attempt(batch = std::move(*again)) : Outcome<void>(fail(again.error()));
  }
  return {};
}

// What a budget that is used up, or a cancelled pause, ends as.
Failure PurgeWorker::given_up(Failure failure) const {
  if (shared_.context.cancellation.requested()) {
    return Failure{.kind = FailureKind::cancelled, .message = "the job was cancelled"};
  }
  failure.message += " (given up after " + std::to_string(kTries) + " tries)";
  return failure;
}

Outcome<void> PurgeWorker::attempt(Batch& batch) {
  in_flight_.clear();
  if (auto removed = remove_files(batch); !removed) return removed;
  std::vector<Statement> statements;
  const auto& dialect = connection_->dialect();
  const auto& steps = shared_.steps;
  for (const auto& step : steps.rows()) {
    statements.push_back(steps.deletion(dialect, step, batch.rows));
  }
  if (steps.deletes_parent()) {
    const auto& table = shared_.selection.table();
    statements.push_back(dialect.delete_by_keys(table, *table.column("key"), keys_of(batch)));
  }
  const auto changed = connection_->execute(statements, AfterBatch::stay_open);
  if (!changed) return fail(changed.error());
  for (std::size_t i = 0; i < steps.rows().size(); ++i) {
    in_flight_[steps.rows()[i].step->counter] += (*changed)[i];
  }
  if (steps.deletes_parent()) in_flight_[steps.parent().counter] += changed->back();
  // COMMIT travels alone: when its answer is lost, the counts are known and only its fate has to be
  // looked up.
  if (auto done = connection_->execute({}, AfterBatch::commit); !done) return fail(done.error());
  return committed(batch);
}

Outcome<void> PurgeWorker::committed(const Batch& batch) {
  for (const auto& [counter, rows] : in_flight_) shared_.ledger.add(counter, rows);
  in_flight_.clear();
  shared_.ledger.add("batches", 1);
  auto& progress = shared_.context.progress;
  const auto batches = ++progress.batches;
  progress.rows_done += static_cast<std::int64_t>(batch.rows.size());
  Json event{{"event", "batch"},
             {"batch", batches},
             {"rows", batch.rows.size()},
             {"total", progress.rows_done.load()},
             {"counters", shared_.ledger.counters()}};
  shared_.context.host.event(event);
  return shared_.steps.deletes_parent() ? shared_.ledger.gone(batch.rows) : Outcome<void>{};
}

// Executions whose files stay are taken out of the batch: their rows stay too.
Outcome<void> PurgeWorker::remove_files(Batch& batch) {
  const auto* files = shared_.steps.files();
  if (files == nullptr || shared_.context.storage == nullptr) return {};
  const auto removed =
      shared_.context.storage->remove(folders_of(batch), shared_.context.cancellation);
  std::vector<BatchRow> cleared;
  for (std::size_t i = 0; i < removed.size(); ++i) {
    // Gone is gone, whatever becomes of the rows: counted here and not with the commit.
    shared_.ledger.add(files->counter, static_cast<std::int64_t>(removed[i].files));
    if (!removed[i].failure) {
      cleared.push_back(std::move(batch.rows[i]));
      continue;
    }
    if (removed[i].failure->kind == FailureKind::cancelled) return fail(*removed[i].failure);
    shared_.ledger.kept(*removed[i].failure);
    shared_.context.host.log(LogLevel::error, removed[i].failure->message);
  }
  batch.rows = std::move(cleared);
  if (shared_.ledger.kept_executions() > static_cast<std::int64_t>(kMostKept)) {
    return fail(*shared_.ledger.kept_failure());
  }
  return {};
}

Outcome<void> PurgeWorker::count(const Batch& batch) {
  const auto& steps = shared_.steps;
  for (const auto& step : steps.rows()) {
    const auto rows = count_of(steps.count(connection_->dialect(), step, batch.rows));
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
  return connection_->rollback();
}

// Brings the connection back into a usable state, within the budget. True when the transaction
// turns out to be committed.
Outcome<bool> PurgeWorker::recover(const Failure& failure, const Batch& batch, Backoff& backoff) {
  const auto& cancellation = shared_.context.cancellation;
  if (cancellation.requested() || !worth_another_try(failure)) {
    static_cast<void>(connection_->rollback());
    return fail(failure);
  }
  if (!connection_lost(failure) && connection_->rollback()) return false;
  shared_.context.host.log(LogLevel::warn,
                           "the connection was lost and is opened again: " + failure.message);
  do {
    auto opened = database::connect(shared_.context.database, cancellation);
    if (opened) {
      connection_ = std::move(*opened);
      if (!failure.commit_in_doubt) return false;
      auto gone = is_gone(batch);
      if (gone || !worth_another_try(gone.error())) return gone;
    } else if (!worth_another_try(opened.error())) {
      return fail(opened.error());
    }
    // A server that restarts refuses for a while.
  } while (backoff.wait(cancellation));
  return fail(failure);
}

// After a commit whose answer was lost: whether what it would have removed is gone.
Outcome<bool> PurgeWorker::is_gone(const Batch& batch) {
  if (shared_.steps.deletes_parent()) {
    const auto left = count_of(select_by_keys("count(*)", keys_of(batch)));
    if (!left) return fail(left.error());
    return *left == 0;
  }
  for (const auto& step : shared_.steps.rows()) {
    const auto left = count_of(shared_.steps.count(connection_->dialect(), step, batch.rows));
    if (!left) return fail(left.error());
    if (*left > 0) return false;
  }
  return true;
}

Outcome<std::int64_t> PurgeWorker::count_of(const Statement& statement) {
  std::int64_t rows = 0;
  auto queried = connection_->query(statement, [&](const database::Row& row) {
    rows = std::stoll(std::string(row.text(0).value_or("0")));
    return true;
  });
  if (!queried) return fail(queried.error());
  return rows;
}

Outcome<void> PurgeWorker::look_again(const std::vector<std::string>& keys) {
  Backoff backoff(kTries, milliseconds(10), milliseconds(1'000));
  auto removed = remove_late(keys);
  while (!removed) {
    const auto failure = removed.error();
    if (auto ready = recover(failure, Batch{}, backoff); !ready) return fail(ready.error());
    if (!backoff.wait(shared_.context.cancellation)) return fail(given_up(failure));
    removed = remove_late(keys);
  }
  return {};
}

Outcome<void> PurgeWorker::remove_late(const std::vector<std::string>& keys) {
  if (auto begun = connection_->begin(); !begun) return begun;
  const auto rows = those_gone(keys);
  if (!rows) return fail(rows.error());
  std::vector<Statement> statements;
  std::vector<const RowStep*> steps;
  for (const auto& step : shared_.steps.rows()) {
    if (step.step->match.kind != Match::Kind::column) continue;
    statements.push_back(shared_.steps.deletion(connection_->dialect(), step, *rows));
    steps.push_back(&step);
  }
  const auto changed = connection_->execute(statements, AfterBatch::commit);
  if (!changed) return fail(changed.error());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    shared_.ledger.add(steps[i]->step->counter, (*changed)[i]);
  }
  return {};
}

// An execution that came back since (a late write of Kestra's executor) keeps its children.
Outcome<std::vector<BatchRow>> PurgeWorker::those_gone(const std::vector<std::string>& keys) {
  std::set<std::string, std::less<>> gone(keys.begin(), keys.end());
  auto queried =
      connection_->query(select_by_keys("e." + connection_->dialect().quoted("key"), keys),
                         [&](const database::Row& row) {
                           gone.erase(std::string(row.text(0).value_or("")));
                           return true;
                         });
  if (!queried) return fail(queried.error());
  std::vector<BatchRow> rows(gone.size());
  std::transform(gone.begin(), gone.end(), rows.begin(), [](const std::string& key) {
    BatchRow row;
    row.key = key;
    return row;
  });
  return rows;
}

Statement PurgeWorker::select_by_keys(const std::string& expression,
                                      database::TextList keys) const {
  const auto& dialect = connection_->dialect();
  const auto& table = shared_.selection.table();
  SqlWriter writer(dialect);
  writer.text("SELECT " + expression + " FROM ").table(table).text(" AS e WHERE ");
  dialect.any_of(writer, "e." + dialect.quoted("key"), *table.column("key"), std::move(keys));
  return writer.take();
}

}  // namespace winnow::tasks

#include "tasks/purge/files.h"

namespace winnow::tasks {
namespace {

constexpr std::int64_t kMostKept = 1'000;  // executions whose files stay, before a run gives up
constexpr int kTurnsWithoutProgress =
    3;  // of the time that a lock may wait, before a storage counts as silent

}  // namespace

std::vector<storage::ExecutionFolder> folders_of(const Batch& batch) {
  std::vector<storage::ExecutionFolder> folders;
  folders.reserve(batch.rows.size());
  for (const auto& row : batch.rows) {
    folders.push_back({.tenant = row.of->tenant,
                       .name_space = row.of->name_space,
                       .flow = row.of->flow,
                       .execution = row.key});
  }
  return folders;
}

Outcome<void> PurgeFiles::remove(const PurgeStep& step, Batch& batch) {
  const auto begun = std::chrono::steady_clock::now();
  const auto removed = context_.storage->remove(folders_of(batch), context_.cancellation,
                                                begun + context_.storage_hold);
  took_ += std::chrono::steady_clock::now() - begun;
  bool progress = false;
  for (const auto& one : removed) {
    ledger_.add(step.counter, static_cast<std::int64_t>(one.files));
    progress = progress || one.files > 0 || !one.unfinished;
  }
  without_progress_ = progress ? 0 : without_progress_ + 1;
  const bool silent = without_progress_ >= kTurnsWithoutProgress;

  std::vector<BatchRow> cleared;
  for (std::size_t i = 0; i < removed.size(); ++i) {
    if (removed[i].failure) {
      if (auto kept = keep(*removed[i].failure); !kept) return kept;
    } else if (!removed[i].unfinished) {
      cleared.push_back(std::move(batch.rows[i]));
    } else if (!silent) {
      unfinished_.push_back(std::move(batch.rows[i]));
    } else {
      auto kept = keep({.kind = FailureKind::storage,
                        .message = "the storage removed no file of an execution within " +
                                   std::to_string(context_.storage_hold.count()) + " ms, " +
                                   std::to_string(kTurnsWithoutProgress) +
                                   " times in turn (`storage.hold-time` of the configuration)",
                        .retryable = true});
      if (!kept) return kept;
    }
  }
  batch.rows = std::move(cleared);
  return {};
}

// The execution keeps its rows. The same words are logged once.
Outcome<void> PurgeFiles::keep(const Failure& failure) {
  if (failure.kind == FailureKind::cancelled) return fail(failure);
  const auto first = ledger_.kept_failure();
  if (!first || first->message != failure.message) {
    context_.host.log(LogLevel::error, failure.message);
  }
  ledger_.kept(failure);
  if (ledger_.kept_executions() > kMostKept) return fail(*ledger_.kept_failure());
  return {};
}

}  // namespace winnow::tasks

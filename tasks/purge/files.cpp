#include "tasks/purge/files.h"

#include <algorithm>

namespace winnow::tasks {
namespace {

// Of the time that a lock may wait, before a storage counts as silent.
constexpr int kTurnsWithoutProgress = 3;

Failure silence(const Context& context, const std::string& trouble) {
  return {.kind = FailureKind::storage,
          .message = "the storage removed no file of an execution within " +
                     std::to_string(context.storage_hold.count()) + " ms, " +
                     std::to_string(kTurnsWithoutProgress) +
                     " times in turn (`storage.hold-time` of the configuration)" +
                     (trouble.empty() ? "" : "; its last error: " + trouble),
          .retryable = true};
}

}  // namespace

std::vector<storage::ExecutionFolder> folders_of(const std::vector<BatchRow>& rows) {
  std::vector<storage::ExecutionFolder> folders;
  folders.reserve(rows.size());
  for (const auto& row : rows) {
    folders.push_back({.tenant = row.of->tenant,
                       .name_space = row.of->name_space,
                       .flow = row.of->flow,
                       .execution = row.key});
  }
  return folders;
}

// Whether the storage has removed nothing, and so several times in turn.
bool PurgeFiles::is_silent(const std::vector<storage::Removed>& removed) {
  const bool progress = std::any_of(removed.begin(), removed.end(), [](const auto& one) {
    return one.files > 0 || !one.unfinished;
  });
  turns_without_progress_ = progress ? 0 : turns_without_progress_ + 1;
  return turns_without_progress_ >= kTurnsWithoutProgress;
}

Outcome<std::vector<BatchRow>> PurgeFiles::remove(std::vector<BatchRow> rows,
                                                  std::vector<BatchRow>& unfinished,
                                                  std::vector<KeptFiles>& kept) {
  if (rows.empty()) return rows;
  const auto begun = std::chrono::steady_clock::now();
  auto removed = context_.storage->remove(folders_of(rows), context_.cancellation,
                                          begun + context_.storage_hold);
  took_ += std::chrono::steady_clock::now() - begun;
  for (const auto& one : removed) {
    ledger_.add(step_.counter, static_cast<std::int64_t>(one.files));
  }
  const bool silent = is_silent(removed);

  std::vector<BatchRow> cleared;
  for (std::size_t at = 0; at < removed.size(); ++at) {
    auto& one = removed[at];
    if (silent && one.unfinished) {
      one.failure = silence(context_, one.trouble);
    }
    if (one.failure && one.failure->kind == FailureKind::cancelled) return fail(*one.failure);
    if (one.failure) {
      kept.push_back({rows[at].key, std::move(*one.failure)});
    } else if (one.unfinished) {
      unfinished.push_back(std::move(rows[at]));
    } else {
      cleared.push_back(std::move(rows[at]));
    }
  }
  return cleared;
}

}  // namespace winnow::tasks

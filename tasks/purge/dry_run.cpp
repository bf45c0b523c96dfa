// What a worker does with a batch in a dry run: it counts what a run would remove.
#include <map>
#include <string_view>

#include "database/count.h"
#include "outcome/try.h"
#include "tasks/purge/halving.h"
#include "tasks/purge/worker.h"

namespace winnow::tasks {

// In smaller parts where the whole is more than a limit of the server allows.
Outcome<void> PurgeWorker::count(Batch batch) {
  return by_halves(
      std::move(batch), shared_.sizer, shared_.stall, shared_.context.progress,
      [this](const Batch& part, Batch&) {
        auto counted = count_part(part);
        const bool rows_blamed = !counted && counted.error().blame == Blame::some_rows;
        if (rows_blamed) counted.error().blame = Blame::none;
        return counted;
      },
      [](const Batch&, const Failure& failure) -> Outcome<void> { return fail(failure); });
}

// As in a run that deletes, an execution whose files can't be reached is named, and no other.
Outcome<void> PurgeWorker::count_part(const Batch& part) {
  Tried would;
  WINNOW_TRY(const auto rows, count_files(part.rows, would));
  for (const auto& step : steps_.rows()) {
    if (rows.empty()) break;
    WINNOW_TRY(const auto found,
               database::count_of(connection_.get(), statements_.count_dependents(step, rows)));
    would.counts[step.step->counter] += found;
  }
  if (steps_.deletes_parent()) transaction_.count_rows(rows, would);
  for (const auto& kept : would.kept_files) WINNOW_CHECK(skip_files(kept));
  for (const auto& [counter, found] : would.counts) shared_.ledger.add(counter, found);
  if (shared_.by_namespace) shared_.ledger.count_namespaces(by_namespace(rows));
  shared_.context.progress.rows_done += static_cast<std::int64_t>(part.rows.size());
  return {};
}

// The rows whose files could be counted, and those of their whole family.
Outcome<std::vector<BatchRow>> PurgeWorker::count_files(const std::vector<BatchRow>& rows,
                                                        Tried& would) const {
  if (!files_) return rows;
  std::vector<BatchRow> counted;
  std::map<std::string_view, std::size_t> files;
  const auto found = shared_.context.storage->count(folders_of(rows), shared_.context.cancellation);
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const auto& failure = found[at].failure;
    if (failure && failure->kind == FailureKind::cancelled) return fail(*failure);
    if (failure) {
      would.kept_files.push_back({rows[at].key, *failure});
      continue;
    }
    files.emplace(rows[at].key, found[at].files);
    counted.push_back(rows[at]);
  }
  if (shared_.prepared.families) keep_families_whole(rows, counted, would);
  for (const auto& row : counted) {
    would.counts[steps_.files()->counter] += static_cast<std::int64_t>(files.at(row.key));
  }
  return counted;
}

}  // namespace winnow::tasks

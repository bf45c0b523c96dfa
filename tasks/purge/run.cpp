#include "tasks/purge/run.h"

#include <algorithm>
#include <thread>

#include "database/count.h"
#include "outcome/guard.h"
#include "tasks/shared/counters.h"

namespace winnow::tasks {
namespace {

using std::chrono::milliseconds;

constexpr std::int32_t kPassesWithoutProgress =
    12;  // waiting for rows that others hold: about 10 s

RowLock lock_of(const PurgeSteps& steps, const Selection& selection, bool dry_run) {
  if (dry_run) return RowLock::none;
  if (steps.deletes_parent()) return RowLock::skipping;
  // Who may only delete logs, say, can't lock their executions.
  return selection.table().can_delete ? RowLock::waiting : RowLock::none;
}

}  // namespace

PurgeRun::PurgeRun(const Manifest& manifest, const PurgeRequest& request, Context& context,
                   Prepared prepared)
    : context_(context),
      manifest_(manifest),
      prepared_(std::move(prepared)),
      dry_run_(request.dry_run),
      ledger_(zero_counters(manifest)),
      sizer_(request.batch_size, request.batch_time),
      source_(manifest, *prepared_.selection, *prepared_.steps,
              lock_of(*prepared_.steps, *prepared_.selection, dry_run_)),
      shared_{.manifest = manifest,
              .context = context,
              .selection = *prepared_.selection,
              .steps = *prepared_.steps,
              .source = source_,
              .ledger = ledger_,
              .sizer = sizer_,
              .dry_run = dry_run_},
      worker_(shared_, std::move(prepared_.connection)) {
  const bool alone =
      dry_run_ || context_.connections < 2 || context_.database.engine == database::Engine::sqlite;
  if (!alone) helpers_.resize(static_cast<std::size_t>(context_.connections - 1));
}

TaskResult PurgeRun::run() {
  // Also where memory runs out it is told what was committed.
  const auto done = guarded([this] { return purge(); });
  context_.progress.phase = Phase::done;
  if (done) return result();
  return tl::unexpected(TaskFailure(done.error(), result()));
}

Json PurgeRun::result() const {
  Json result = ledger_.counters();
  if (dry_run_) result["dryRun"] = true;
  return result;
}

Outcome<void> PurgeRun::purge() {
  context_.progress.phase = Phase::selecting;
  for (const auto& left_out : prepared_.steps->left_out()) {
    context_.host.log(LogLevel::debug, "left out: " + left_out);
  }
  if (auto within = check_cap(); !within) return within;
  context_.progress.phase = Phase::working;
  if (dry_run_ || !prepared_.steps->deletes_parent()) {
    if (auto walked = all(&PurgeWorker::step); !walked) return walked;
  } else {
    if (auto passed = passes(); !passed) return passed;
    context_.progress.phase = Phase::finishing;
    // Logs and metrics that Kestra wrote after their execution's batch was committed (S3).
    if (auto looked = all(&PurgeWorker::look_again); !looked) return looked;
  }
  auto kept = ledger_.kept_failure();
  if (!kept) return {};
  if (kept->message.empty()) kept->message = "out of memory";
  kept->message += "; " + std::to_string(ledger_.kept_executions()) +
                   " executions keep their rows because their files could not be removed";
  return fail(std::move(*kept));
}

// The policy's cap is checked before the first delete, so that a mistaken purge removes nothing at
// all.
Outcome<void> PurgeRun::check_cap() {
  const auto cap = context_.policy.max_executions;
  if (!cap || manifest_.table != "executions") return {};
  std::int64_t selected = 0;
  for (const auto deleted : prepared_.selection->deleted_branches()) {
    auto& connection = worker_.connection();
    const auto counted = database::count_of(
        connection, source_.count_statement(connection.dialect(), deleted, *cap + 1 - selected));
    if (!counted) return fail(counted.error());
    selected += *counted;
    if (selected > *cap) {
      return fail(FailureKind::limit,
                  "this purge would remove more than " + std::to_string(*cap) +
                      " executions (`policy.max-executions` of the configuration); nothing was "
                      "deleted: narrow it, or have the limit raised");
    }
  }
  context_.progress.rows_planned = selected;
  return {};
}

// Walks until nothing selected is left: rows that others held are met again.
Outcome<void> PurgeRun::passes() {
  Backoff backoff(kPassesWithoutProgress, milliseconds(50), milliseconds(2'000));
  while (true) {
    const auto done_before = context_.progress.rows_done.load();
    if (auto walked = all(&PurgeWorker::step); !walked) return walked;
    const auto finished = finished_or_waited(done_before, backoff);
    if (!finished) return fail(finished.error());
    if (*finished) return {};
    source_.rewind();
  }
}

// True when nothing is left to do. A pass without progress is followed by a pause, within a budget.
Outcome<bool> PurgeRun::finished_or_waited(std::int64_t done_before, Backoff& backoff) {
  if (ledger_.kept_executions() > 0) return true;
  const auto left = worker_.any_left();
  if (!left) return fail(left.error());
  if (!*left) return true;
  if (context_.progress.rows_done.load() > done_before) return false;
  if (backoff.wait(context_.cancellation)) return false;
  if (context_.cancellation.requested()) {
    return fail(FailureKind::cancelled, "the job was cancelled");
  }
  Failure failure{.kind = FailureKind::conflict,
                  .message =
                      "other sessions hold locks on rows that this purge selected; what was "
                      "free is purged: run it again when they are done"};
  failure.retryable = true;
  return fail(std::move(failure));
}

// Takes the same step until there is nothing more to take, by as many connections as the operator
// allows.
Outcome<void> PurgeRun::all(Step step) {
  // From the third step on company pays, and to know what need not be looked for; a small purge keeps
  // to one connection and asks nothing. The second look begins with all that the walk ended with.
  const bool in_company = std::any_of(helpers_.begin(), helpers_.end(),
                                      [](const auto& helper) { return helper != nullptr; });
  for (int steps = 0; steps < 2 && !in_company; ++steps) {
    const auto more = (worker_.*step)();
    if (!more) return fail(more.error());
    if (!*more) return {};
  }
  if (!dry_run_ && context_.progress.phase == Phase::working) {
    prepared_.steps->survey(worker_.connection());
  }
  return helpers_.empty() ? work(worker_, step) : work_together(step);
}

Outcome<void> PurgeRun::work(PurgeWorker& worker, Step step) {
  while (!stop_) {
    const auto more = (worker.*step)();
    if (!more) {
      stop_ = true;  // the others finish the batch they are at
      return fail(more.error());
    }
    if (!*more) return {};
  }
  return {};
}

Outcome<void> PurgeRun::work_together(Step step) {
  std::vector<Outcome<void>> outcomes(helpers_.size());
  Outcome<void> own;
  {
    std::vector<std::jthread> threads;
    for (std::size_t at = 0; at < helpers_.size(); ++at) {
      threads.emplace_back([this, step, &helper = helpers_[at], &outcome = outcomes[at]] {
        outcome = guarded([&] { return help(helper, step); });
      });
    }
    own = guarded([this, step] { return work(worker_, step); });
  }
  if (!own) return own;
  for (auto& outcome : outcomes) {
    if (!outcome) return outcome;
  }
  return {};
}

// A connection more is a help, not a need: without it the others do the work.
Outcome<void> PurgeRun::help(std::unique_ptr<PurgeWorker>& helper, Step step) {
  if (!helper) {
    auto connection = database::connect(context_.database, context_.cancellation);
    if (!connection) {
      context_.host.log(LogLevel::warn,
                        "the purge goes on with fewer connections: " + connection.error().message);
      return {};
    }
    helper = std::make_unique<PurgeWorker>(shared_, std::move(*connection));
  }
  return work(*helper, step);
}

}  // namespace winnow::tasks

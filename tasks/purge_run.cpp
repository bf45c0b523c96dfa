#include "tasks/purge_run.h"

#include <algorithm>
#include <thread>

#include "outcome/guard.h"

namespace winnow::tasks {
namespace {

using std::chrono::milliseconds;

constexpr std::int32_t kPassesWithoutProgress =
    12;                                         // waiting for rows that others hold: about 10 s
constexpr std::size_t kSecondLookKeys = 2'000;  // of one transaction of the second look

bool flag(const Json& parameters, const char* name) {
  const auto found = parameters.find(name);
  return found != parameters.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace

PurgeRun::PurgeRun(const Manifest& manifest, const Json& parameters, Context& context,
                   Prepared prepared)
    : context_(context),
      manifest_(manifest),
      prepared_(std::move(prepared)),
      dry_run_(flag(parameters, "dryRun")),
      ledger_(zero_counters(manifest)),
      sizer_(parameters.value("batchSize", std::int64_t{1'000})),
      source_(manifest, *prepared_.selection, *prepared_.steps,
              !dry_run_ && prepared_.steps->deletes_parent()),
      shared_{.manifest = manifest,
              .context = context,
              .selection = *prepared_.selection,
              .steps = *prepared_.steps,
              .source = source_,
              .ledger = ledger_,
              .sizer = sizer_,
              .dry_run = dry_run_},
      worker_(shared_, std::move(prepared_.connection)) {}

TaskResult PurgeRun::run() {
  const auto done = purge();
  context_.progress.phase = Phase::done;
  if (done) return result();
  return tl::unexpected<TaskFailure>(TaskFailure{.failure = done.error(), .done = result()});
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
    if (auto walked = walk(); !walked) return walked;
  } else {
    if (auto passed = passes(); !passed) return passed;
    context_.progress.phase = Phase::finishing;
    if (auto looked = second_look(); !looked) return looked;
  }
  auto kept = ledger_.kept_failure();
  if (!kept) return {};
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
    const auto counted = worker_.count_of(
        source_.count_statement(worker_.connection().dialect(), deleted, *cap + 1 - selected));
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
    if (auto walked = walk(); !walked) return walked;
    const auto finished = finished_or_waited(done_before, backoff);
    if (!finished) return fail(finished.error());
    if (*finished) return {};
    source_.rewind();
  }
}

// True when nothing is left to do. A pass without progress is followed by a pause, within a budget.
Outcome<bool> PurgeRun::finished_or_waited(std::int64_t done_before, Backoff& backoff) {
  if (ledger_.kept_executions() > 0) return true;
  const auto left = source_.any_left(worker_.connection());
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

// One walk from the oldest row to the end, by as many connections as the operator allows.
Outcome<void> PurgeRun::walk() {
  // Company pays from the third batch on; a small purge keeps to one connection.
  for (int batches = 0; batches < 2; ++batches) {
    const auto more = worker_.step();
    if (!more) return fail(more.error());
    if (!*more) return {};
  }
  const bool alone =
      dry_run_ || context_.connections < 2 || context_.database.engine == database::Engine::sqlite;
  return alone ? work(worker_) : work_together();
}

Outcome<void> PurgeRun::work(PurgeWorker& worker) {
  while (!stop_) {
    const auto more = worker.step();
    if (!more) {
      stop_ = true;  // the others finish the batch they are at
      return fail(more.error());
    }
    if (!*more) return {};
  }
  return {};
}

Outcome<void> PurgeRun::work_together() {
  const auto company = static_cast<std::size_t>(context_.connections - 1);
  std::vector<Outcome<void>> outcomes(company);
  Outcome<void> own;
  {
    std::vector<std::jthread> threads;
    for (auto& outcome : outcomes) {
      threads.emplace_back([this, &outcome] { outcome = guarded([this] { return help(); }); });
    }
    own = guarded([this] { return work(worker_); });
  }
  if (!own) return own;
  for (auto& outcome : outcomes) {
    if (!outcome) return outcome;
  }
  return {};
}

// A connection more is a help, not a need: without it the others do the work.
Outcome<void> PurgeRun::help() {
  auto connection = database::connect(context_.database, context_.cancellation);
  if (!connection) {
    context_.host.log(LogLevel::warn,
                      "the purge goes on with fewer connections: " + connection.error().message);
    return {};
  }
  PurgeWorker worker(shared_, std::move(*connection));
  return work(worker);
}

// Logs and metrics that Kestra wrote after their execution's batch was committed (S3).
Outcome<void> PurgeRun::second_look() {
  const auto& rows = prepared_.steps->rows();
  const bool has_children = std::any_of(rows.begin(), rows.end(), [](const RowStep& step) {
    return step.step->match.kind == Match::Kind::column;
  });
  if (!has_children) return {};
  return ledger_.keys().read(kSecondLookKeys, [this](const std::vector<std::string>& keys) {
    return worker_.look_again(keys);
  });
}

}  // namespace winnow::tasks

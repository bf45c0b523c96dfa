#include "tasks/purge/run.h"

#include <algorithm>
#include <thread>

#include "document/strings.h"
#include "outcome/guard.h"
#include "outcome/try.h"
#include "tasks/purge/plan.h"
#include "tasks/selection/removal_limits.h"
#include "tasks/shared/counters.h"

namespace winnow::tasks {
namespace {

using std::chrono::milliseconds;

// After so many waits for a lock in a row, rows that others hold are left to them: after 10 s where
// a statement waits for 500 ms.
constexpr int kLongestStall = 20;

// With so many rows on the first page, the other connections join at once.
constexpr std::size_t kWorthHelpers = 2'000;

constexpr const char* kHeld = "another session holds it";
constexpr const char* kHeldInFamily = "another session holds it or one of its family";

std::string quoted_keys(const std::vector<SkippedRow>& rows) {
  std::string text;
  for (const auto& row : rows) {
    text += (text.empty() ? "\"" : "; \"") + row.key + "\" (" + row.reason + ")";
  }
  return text;
}

// What is right for a purge that removes files: the more executions it takes at once, the less
// often it walks to their flows' folders, and while one connection waits for the storage the other
// deletes rows.
constexpr milliseconds kTimeWithFiles(250);
constexpr std::int32_t kConnectionsWithFiles = 2;

std::optional<milliseconds> batch_time_of(const PurgeRequest& request, const Context& context) {
  if (request.batch_time || !removes_files(request, context)) return request.batch_time;
  return kTimeWithFiles;
}

std::int64_t page_of(const Prepared& prepared) {
  return prepared.statements->dialect().merges_shards() ? BatchSource::kPageOfShards
                                                        : BatchSource::kPage;
}

}  // namespace

PurgeRun::PurgeRun(const Manifest& manifest, const PurgeRequest& request, Context& context,
                   Prepared& prepared, FoundRows* found)
    : context_(context),
      manifest_(manifest),
      request_(request),
      prepared_(prepared),
      shared_{
          .context = context,
          .prepared = prepared,
          .source = BatchSource(*prepared.selection, *prepared.statements, prepared.newest.get(),
                                prepared.families.get(), page_of(prepared), found),
          .ledger = PurgeLedger(zero_counters(manifest)),
          .limits = RemovalLimits(context.policy, manifest.table, request.at_most),
          .sizer = BatchSizer(request.batch_size, batch_time_of(request, context)),
          .pacer = Pacer(request.dry_run ? std::nullopt : context.pace, context),
          .sweep_sizer = BatchSizer(kKeysOfAPass, request.batch_time),
          .stall = Stall(milliseconds(context.database.lock_timeout_ms) * kLongestStall),
          .connections = context.connections.value_or(
              removes_files(request, context) ? kConnectionsWithFiles : 1),
          .by_namespace = request.by_namespace,
          .task = manifest.name,
          .cutoff = request.bound() == nullptr ? std::nullopt : std::optional(request.cutoff())},
      worker_(shared_, std::move(prepared.connection)) {
  if (const auto most = shared_.pacer.largest_batch()) shared_.sizer.limit(*most);
  // A database that can't pass over locked rows has one lock: connections would wait for each
  // other.
  const bool alone =
      request.dry_run || worker_.connection().get().dialect().lock_skipping_locked().empty();
  if (!alone) helpers_.resize(static_cast<std::size_t>(shared_.connections - 1));
}

TaskResult PurgeRun::run() {
  // Report what was committed even when memory runs out.
  const auto done = guarded([this] { return purge(); });
  return told_in_two_tries([&]() -> TaskResult {
    if (done) return result();
    return tl::unexpected(TaskFailure(done.error(), result()));
  });
}

Json PurgeRun::result() const {
  Json result = shared_.ledger.counters();
  const auto& skipped = shared_.ledger.skipped();
  result["retries"] = context_.progress.retries.load();
  result["skippedCount"] = skipped.count() + locked_;
  auto named = skipped.named();
  named.insert(named.end(), named_locked_.begin(), named_locked_.end());
  if (!named.empty()) result["skipped"] = described(named);
  if (!request_.notes.empty()) result["notes"] = request_.notes;
  if (auto pace = shared_.pacer.summary()) {
    if (left_) (*pace)["left"] = *left_;
    result["pace"] = std::move(*pace);
  }
  if (request_.by_namespace) result["namespaces"] = shared_.ledger.namespaces();
  if (request_.dry_run) result["dryRun"] = true;
  if (plan_id_) {
    result["planId"] = *plan_id_;
    result["cutoff"] = document::to_text(request_.cutoff());
  }
  return result;
}

Outcome<void> PurgeRun::purge() {
  rows_before_ = context_.progress.rows_done.load();
  context_.progress.phase = Phase::selecting;
  for (const auto& note : request_.notes) context_.host.log(LogLevel::warn, note);
  for (const auto& left_out : prepared_.steps->left_out()) {
    context_.host.log(LogLevel::warn, left_out);
  }
  WINNOW_CHECK(check_limits());
  context_.progress.phase = Phase::working;
  shared_.pacer.watch({.server = context_.database, .tables = tables_of_run()});
  if (request_.dry_run || !request_.deletes_parent) {
    WINNOW_CHECK(all(&PurgeWorker::step));
  } else {
    WINNOW_CHECK(passes_and_sweeps());
  }
  say_what_stays();
  WINNOW_CHECK(count_what_the_budget_left());
  if (request_.dry_run)
    plan_id_ = plan_id_of(manifest_, request_, context_, prepared_.schema, rows_met());
  return storage_failure();
}

std::vector<const database::Table*> PurgeRun::tables_of_run() const {
  std::vector<const database::Table*> tables{&prepared_.selection->table()};
  for (const auto& step : prepared_.steps->rows()) tables.push_back(step.table);
  return tables;
}

// In a dry run: all that is selected.
std::int64_t PurgeRun::rows_met() const {
  return context_.progress.rows_done.load() - rows_before_;
}

Outcome<void> PurgeRun::count_what_the_budget_left() {
  if (!shared_.pacer.ended()) return {};
  WINNOW_TRY(left_, count_left(kCountAll));
  context_.host.log(LogLevel::info,
                    "the budget of the pace is used up: " + document::counted(*left_, "row") +
                        " of table \"" + manifest_.table + (*left_ == 1 ? "\" is" : "\" are") +
                        " left for the next run");
  return {};
}

// The policy's limits are checked before the first delete, so that a mistaken purge removes nothing
// at all.
Outcome<void> PurgeRun::check_limits() {
  shared_.allowance = request_.allowance;
  if (request_.allowance) return {};
  const auto& limits = shared_.limits;
  context_.progress.rows_planned = -1;
  if (!limits.any()) return {};
  const auto* plan = request_.expected.get();
  WINNOW_TRY(const auto selected, count_left(plan != nullptr ? kCountAll : limits.count_up_to()));
  if (plan != nullptr) {
    WINNOW_CHECK(check_drift(plan->terms.purges.front().rows, selected, plan->max_drift,
                             "rows of table \"" + manifest_.table + "\""));
    plan_id_ = plan->id;
  }
  WINNOW_CHECK(limits.check_number(selected));
  WINNOW_CHECK(limits.check_share(selected, [this](std::int64_t most) {
    return worker_.connection().read([&](database::Connection& connection) {
      return prepared_.selection->count_tenant(connection, most);
    });
  }));
  shared_.allowance = limits.allowance(selected);
  context_.progress.rows_planned = selected;
  return {};
}

// Selected rows that there are, counted no further than `most`.
Outcome<std::int64_t> PurgeRun::count_left(std::int64_t most) {
  return worker_.connection().read([&](database::Connection& connection) {
    return count_selected(prepared_, connection, most);
  });
}

Outcome<void> PurgeRun::passes_and_sweeps() {
  if (prepared_.steps->sweeps_late_rows()) WINNOW_CHECK(shared_.ledger.open_keys());
  while (true) {
    WINNOW_CHECK(passes());
    context_.progress.phase = Phase::finishing;
    shared_.stall.end();
    // Logs and metrics that Kestra wrote after their execution's batch was committed.
    WINNOW_CHECK(all(&PurgeWorker::sweep_late_rows));
    const auto done = context_.progress.rows_done.load();
    WINNOW_CHECK(uncount_lost());
    const bool lost = context_.progress.rows_done.load() < done;
    if (!lost || shared_.pacer.ended()) return {};
    context_.progress.phase = Phase::working;
    shared_.source.rewind();
  }
}

// Walks until nothing selected is left: rows that others held are met again.
Outcome<void> PurgeRun::passes() {
  Backoff backoff({.first = milliseconds(50), .longest = milliseconds(2'000)});
  while (true) {
    const auto done_before = context_.progress.rows_done.load();
    shared_.unaccounted = 0;
    shared_.outage = false;
    shared_.ledger.skipped().begin_pass();
    WINNOW_CHECK(all(&PurgeWorker::step));
    WINNOW_CHECK(uncount_lost());
    WINNOW_TRY(const bool finished, finished_or_waited(done_before, backoff));
    if (finished) return {};
    shared_.source.rewind();
  }
}

// After an outage that one of the workers met: another may not have noticed it.
Outcome<void> PurgeRun::uncount_lost() {
  std::vector<PurgeWorker*> workers{&worker_};
  for (const auto& helper : helpers_) {
    if (helper) workers.push_back(helper.get());
  }
  const bool reopened = std::any_of(workers.begin(), workers.end(),
                                    [](const auto* worker) { return worker->was_reopened(); });
  if (!reopened) return {};
  for (auto* worker : workers) WINNOW_CHECK(worker->uncount_lost());
  return {};
}

// True when nothing is left that could go. A pass without progress is followed by a pause.
Outcome<bool> PurgeRun::finished_or_waited(std::int64_t done_before, Backoff& backoff) {
  if (shared_.pacer.ended()) return true;
  if (shared_.unaccounted == 0 && !shared_.stall.is_over()) return true;
  const auto stays = shared_.ledger.skipped().count_that_may_go();
  WINNOW_TRY(const auto left, count_left(stays + 1));
  // What came alive of a family counts no more, and keeps the others: the next pass names it.
  const bool is_told = !request_.members || shared_.unaccounted == 0;
  if (left <= stays && is_told) return true;
  if (context_.progress.rows_done.load() > done_before) return false;
  note_stall(shared_);
  if (shared_.stall.is_over()) {
    WINNOW_CHECK(name_what_is_locked());
    return true;
  }
  if (backoff.wait(context_.cancellation)) return false;
  return fail(FailureKind::cancelled, "the job was cancelled");
}

Outcome<void> PurgeRun::name_what_is_locked() {
  const auto& skipped = shared_.ledger.skipped();
  WINNOW_TRY(const auto left, count_left(kCountAll));
  locked_ = std::max<std::int64_t>(0, left - skipped.count_that_may_go());
  const auto named = skipped.named();
  const auto most = static_cast<std::int64_t>(SkippedRows::kNamed + named.size());
  WINNOW_TRY(const auto keys, worker_.connection().read([&](database::Connection& connection) {
    return first_selected(prepared_, connection, most);
  }));
  for (const auto& key : keys) {
    const bool known = std::any_of(named.begin(), named.end(),
                                   [&](const SkippedRow& row) { return row.key == key; });
    if (!known && named_locked_.size() < SkippedRows::kNamed) {
      named_locked_.push_back({key, request_.members ? kHeldInFamily : kHeld});
    }
  }
  return {};
}

void PurgeRun::say_what_stays() const {
  const auto& skipped = shared_.ledger.skipped();
  const auto count = skipped.count() - skipped.with_files() + locked_;
  if (count == 0) return;
  auto named = skipped.named();
  named.insert(named.end(), named_locked_.begin(), named_locked_.end());
  const auto more = skipped.count() + locked_ - static_cast<std::int64_t>(named.size());
  context_.host.log(LogLevel::warn,
                    document::counted(count, "row") + " of table \"" + manifest_.table +
                        (count == 1 ? "\" stays: " : "\" stay: ") + quoted_keys(named) +
                        (more > 0 ? "; and " + std::to_string(more) + " more" : ""));
}

Outcome<void> PurgeRun::storage_failure() const {
  const auto& skipped = shared_.ledger.skipped();
  auto failure = skipped.storage_failure();
  if (!failure) return {};
  if (failure->message.empty()) failure->message = "out of memory";
  const auto kept = skipped.with_files();
  const std::string whose = kept == 1 ? " because its" : " because their";
  failure->message += "; " + document::counted(kept, "execution");
  if (request_.dry_run) {
    failure->message += (kept == 1 ? " is" : " are") + (" not counted" + whose) + " files can't be";
  } else {
    failure->message += (kept == 1 ? " keeps its rows" : " keep their rows") + whose +
                        " files could not be removed";
  }
  return fail(std::move(*failure));
}

// Takes the same step until there is nothing more to take, by as many connections as the operator
// allows.
Outcome<void> PurgeRun::all(Step step) {
  // The sweep begins with all that the walk ended with.
  const bool has_helpers = std::any_of(helpers_.begin(), helpers_.end(),
                                       [](const auto& helper) { return helper != nullptr; });
  for (int steps = 0; !has_helpers && !is_worth_helpers(step, steps); ++steps) {
    WINNOW_TRY(const bool took, (worker_.*step)());
    if (!took || !has_more(step)) return {};
  }
  if (!request_.dry_run && context_.progress.phase == Phase::working) {
    prepared_.steps->probe_emptiness(worker_.connection().get());
    estimate_rows();
  }
  return helpers_.empty() ? work(worker_, step) : work_together(step);
}

// What is left as the server expects it, where no limit had it counted: for whoever watches the
// run.
void PurgeRun::estimate_rows() {
  auto& progress = context_.progress;
  if (progress.rows_planned >= 0) return;
  const auto left = estimate_selected(prepared_, worker_.connection().get());
  if (left && *left > 0) progress.rows_planned = progress.rows_done + *left;
}

bool PurgeRun::has_more(Step step) {
  return step == &PurgeWorker::step ? shared_.source.has_more() : shared_.ledger.has_more_deleted();
}

// More connections pay off, and so does knowing what need not be looked for; but a small purge
// keeps to one connection and probes nothing.
bool PurgeRun::is_worth_helpers(Step step, int steps) {
  if (steps == 2) return true;
  return steps == 1 && step == &PurgeWorker::step && shared_.source.at_hand() >= kWorthHelpers;
}

Outcome<void> PurgeRun::work(PurgeWorker& worker, Step step) {
  while (!stop_) {
    const auto more = (worker.*step)();
    if (!more) {
      // The others finish the batch they are at.
      stop_ = true;
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
    auto connection = connect(context_);
    if (!connection) {
      context_.host.log(LogLevel::warn,
                        "the purge goes on with fewer connections: " + connection.error().message);
      return {};
    }
    helper = std::make_unique<PurgeWorker>(shared_, std::move(*connection));
  }
  ++shared_.workers;
  auto worked = work(*helper, step);
  --shared_.workers;
  return worked;
}

}  // namespace winnow::tasks

// Makes jobs and runs them.
#include "plugin/jobs/job.h"

#include <utility>

#include "outcome/try.h"
#include "plugin/jobs/host_storage.h"
#include "storage/local.h"
#include "storage/s3/s3.h"

namespace winnow::plugin {

namespace {

std::int64_t now_ns() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The parameter that leaves the files alone; empty for a task without one.
std::string switch_of_files(const tasks::Manifest& manifest) {
  for (const auto& step : manifest.steps) {
    if (step.kind == tasks::PurgeStep::Kind::files) return step.switch_parameter;
  }
  return {};
}

Outcome<void> check_database(const Configuration& configuration) {
  if (configuration.database) return {};
  return fail(FailureKind::configuration,
              "No database is configured. Set `database: {url: ...}` (docs/configuration.md).");
}

// Without this, rows would go and their files would stay for ever with nothing left that names
// them.
Outcome<void> check_storage(const Configuration& configuration, const tasks::Manifest& manifest,
                            const tasks::Invocation& invocation) {
  if (!invocation.needs_storage()) return {};
  if (!configuration.storage) {
    const std::string name = switch_of_files(manifest);
    const std::string& problem = configuration.storage_problem;
    return fail(FailureKind::configuration,
                manifest.name + " removes files, but " +
                    (problem.empty() ? "no storage is configured" : problem) +
                    ". Set `storage:` in the "
                    "configuration (`{type: none}` where there are no files)" +
                    (name.empty() ? "." : ", or set the parameter " + name + " to false."),
                name.empty() ? "" : "/" + name);
  }
  // A bucket's settings are checked, and Kestra's own are as they are.
  if (configuration.storage->kind != StorageKind::local || configuration.storage->is_automatic) {
    return {};
  }
  WINNOW_CHECK(storage::open_local(configuration.storage->base_path));
  return {};
}

Outcome<std::unique_ptr<storage::Storage>> opened(const StorageSettings& settings,
                                                  JobThread& job_thread) {
  switch (settings.kind) {
    case StorageKind::none:
      return nullptr;
    case StorageKind::local:
      return storage::open_local(settings.base_path);
    case StorageKind::s3:
      return storage::open_s3(settings.s3);
    case StorageKind::host:
      return std::make_unique<HostStorage>(job_thread);
  }
  return nullptr;
}

std::string place_of(const StorageSettings& settings) {
  return settings.kind == StorageKind::local
             ? "the folder " + settings.base_path
             : "the bucket " + settings.s3.bucket + " at " + settings.s3.endpoint;
}

Failure misused(const char* message) {
  return Failure{.kind = FailureKind::invalid_argument, .message = message};
}

}  // namespace

// Holds the job for one call of plan or run.
class Job::RunGuard {
 public:
  static Outcome<std::unique_ptr<RunGuard>> begin(Job& job, State state) {
    const std::lock_guard lock(job.mutex_);
    switch (job.state_) {
      case State::fresh:
        break;
      case State::planning:
      case State::running:
        return fail(misused("The job is inside winnow_job_plan or winnow_job_run already."));
      case State::done:
        return fail(misused("The job ran before; make a new one for another run or plan."));
    }
    auto guard = std::unique_ptr<RunGuard>(new RunGuard(job, state));
    job.state_ = state;
    job.progress_.phase = tasks::Phase::fresh;
    job.progress_.rows_done = 0;
    job.progress_.rows_planned = -1;
    job.progress_.batches = 0;
    job.progress_.retries = 0;
    job.progress_.waiting = false;
    job.ended_ns_ = 0;
    job.began_ns_ = now_ns();
    return guard;
  }
  RunGuard(const RunGuard&) = delete;
  RunGuard& operator=(const RunGuard&) = delete;
  ~RunGuard() {
    const std::lock_guard lock(job_.mutex_);
    const bool ran = state_ == State::running;
    job_.state_ = ran ? State::done : State::fresh;
    job_.progress_.phase = ran ? tasks::Phase::done : tasks::Phase::fresh;
    job_.ended_ns_ = now_ns();
  }

 private:
  RunGuard(Job& job, State state) : job_(job), state_(state) {}
  Job& job_;
  const State state_;
};

Outcome<std::shared_ptr<Job>> Job::make(const std::shared_ptr<Instance>& instance,
                                        std::string_view task, std::string_view parameters) {
  WINNOW_TRY(auto held, Instance::hold(instance));
  const Configuration& configuration = held->configuration();
  WINNOW_TRY(const auto* found, held->registry().find(task));
  const tasks::Manifest& manifest = found->manifest;
  WINNOW_TRY(const auto checked,
             checked_parameters(*found, parameters.empty() ? "{}" : parameters));
  WINNOW_TRY(auto invocation, tasks::invoke(manifest, checked, configuration.policy));
  if (invocation->needs_database()) WINNOW_CHECK(check_database(configuration));
  WINNOW_CHECK(check_storage(configuration, manifest, *invocation));
  return std::shared_ptr<Job>(new Job(std::move(held), std::move(invocation)));
}

tasks::TaskResult Job::plan() {
  return perform(State::planning, &tasks::Invocation::plan);
}

tasks::TaskResult Job::run() {
  auto result = perform(State::running, &tasks::Invocation::run);
  // Drivers and storages each have words of their own for it, which say nothing of the run.
  if (!result && result.error().kind == FailureKind::cancelled && !result.error().done.empty()) {
    result.error().message = "The run was cancelled. What it committed before stays: see `done`.";
  }
  return result;
}

tasks::TaskResult Job::perform(State state, Action action) {
  WINNOW_TRY(const auto guard, RunGuard::begin(*this, state));
  if (cancellation_.requested()) {
    return fail(FailureKind::cancelled, "The job was cancelled before it began.");
  }
  JobThread job_thread(instance_->host(), cancellation_);
  return job_thread.serve([&] { return work(job_thread, action); });
}

// On the task's own thread: opening a folder may wait too, and the host has to be served meanwhile.
tasks::TaskResult Job::work(JobThread& job_thread, Action action) {
  const Configuration& configuration = instance_->configuration();
  const auto storage = open_storage(job_thread);
  if (!storage && invocation_->needs_storage()) return fail(storage.error());
  tasks::Context context{
      {.database = configuration.database.value_or(database::Settings{}),
       .connections = configuration.connections,
       .kept = instance_->kept(),
       .storage = storage ? storage->get() : nullptr,
       .storage_problem = storage ? std::string() : storage.error().message,
       .storage_hold =
           std::chrono::milliseconds(configuration.storage.value_or(StorageSettings{}).hold_ms),
       .allow_missing_files = configuration.storage && configuration.storage->allow_missing,
       .policy = configuration.policy,
       .pace = configuration.pace,
       .receipt_settings = configuration.receipts,
       .exclusive = configuration.exclusive,
       .store_directory = configuration.store_directory,
       .cancellation = cancellation_,
       .paused = &paused_,
       .progress = progress_},
      job_thread};
  return ((*invocation_).*action)(context);
}

// Nothing where the task needs no files, or where the operator says that there are none.
Outcome<std::unique_ptr<storage::Storage>> Job::open_storage(JobThread& job_thread) const {
  const auto& settings = instance_->configuration().storage;
  if (!settings || !invocation_->looks_at_storage()) return nullptr;
  if (settings->is_automatic) return open_automatic(*settings, job_thread);
  if (settings->kind == StorageKind::host) {
    say_who_removes("the host removes them (`storage.type: host`)", job_thread);
  }
  return opened(*settings, job_thread);
}

void Job::say_who_removes(const std::string& who, JobThread& job_thread) const {
  if (invocation_->needs_storage()) job_thread.log(tasks::LogLevel::info, "files: " + who);
}

// Winnow's own storage where it works, else the host's: which one, and why, is said once.
Outcome<std::unique_ptr<storage::Storage>> Job::open_automatic(const StorageSettings& settings,
                                                               JobThread& job_thread) const {
  std::string why = settings.why_host;
  if (settings.kind != StorageKind::host) {
    auto own = opened(settings, job_thread);
    // Any question will do to learn whether it can be reached.
    const auto& tenants = instance_->configuration().policy.tenants;
    auto missing = own ? (*own)->missing(tenants.empty() ? "main" : tenants.front(), cancellation_)
                       : Outcome<std::string>(fail(own.error()));
    if (missing || missing.error().kind == FailureKind::cancelled ||
        !has_storage(instance_->host())) {
      say_who_removes(
          "winnow removes them itself, in " + place_of(settings) + ", Kestra's own storage",
          job_thread);
      return own;
    }
    why = std::move(missing.error().message);
  }
  if (!has_storage(instance_->host())) {
    return fail(FailureKind::configuration,
                "this task removes files, but " + why + ". Set `storage:` in the configuration",
                "/storage");
  }
  say_who_removes("the host removes them, because " + why, job_thread);
  return std::make_unique<HostStorage>(job_thread);
}

tasks::TaskResult Job::pause(bool paused) {
  const std::lock_guard lock(mutex_);
  if (state_ == State::done) {
    return fail(misused("The job ran before; there is nothing to pause or to resume."));
  }
  paused_ = paused;
  return Json();
}

void Job::progress(winnow_progress& out) const noexcept {
  out.phase = static_cast<std::int32_t>(progress_.phase.load());
  out.rows_done = progress_.rows_done;
  out.rows_planned = progress_.rows_planned;
  out.batches = progress_.batches;
  out.retries = progress_.retries;
  const std::int64_t began = began_ns_;
  const std::int64_t ended = ended_ns_;
  out.elapsed_ms = began == 0 ? 0 : ((ended == 0 ? now_ns() : ended) - began) / 1'000'000;
  if (out.size < sizeof out) return;  // a host of ABI 1.0
  out.waiting = progress_.waiting ? 1 : 0;
}

}  // namespace winnow::plugin

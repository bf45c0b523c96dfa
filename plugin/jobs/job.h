// The object behind a `winnow_job *`: a task with its checked parameters, run at most once.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "abi/winnow.h"
#include "outcome/cancellation.h"
#include "plugin/jobs/instance.h"
#include "plugin/jobs/job_thread.h"
#include "tasks/task.h"

namespace winnow::plugin {

class Job {
 public:
  // Checks everything that needs no server: the parameters, the policy, and whether the
  // configuration has the database and the storage that the task needs.
  static Outcome<std::shared_ptr<Job>> make(const std::shared_ptr<Instance>& instance,
                                            std::string_view task, std::string_view parameters);

  // One at a time; a simultaneous second call is refused.
  tasks::TaskResult plan();
  tasks::TaskResult run();

  // Any thread, also during plan or run; takes no lock.
  void cancel() noexcept { cancellation_.request(); }
  // Fills as much as `out.size` allows, at least the struct of ABI 1.0.
  void progress(winnow_progress& out) const noexcept;
  // Any thread: makes the run wait before its next batch, or resume. Refused after the run.
  tasks::TaskResult pause(bool paused);

 private:
  using Action = tasks::TaskResult (tasks::Invocation::*)(tasks::Context&) const;
  enum class State { fresh, planning, running, done };
  class RunGuard;

  Job(std::shared_ptr<const Instance> instance, std::unique_ptr<tasks::Invocation> invocation)
      : instance_(std::move(instance)), invocation_(std::move(invocation)) {}
  tasks::TaskResult perform(State state, Action action);
  tasks::TaskResult work(JobThread& job_thread, Action action);
  Outcome<std::unique_ptr<storage::Storage>> open_storage(JobThread& job_thread) const;
  // Logs once who removes the files.
  void say_who_removes(const std::string& who, JobThread& job_thread) const;
  Outcome<std::unique_ptr<storage::Storage>> open_automatic(const StorageSettings& settings,
                                                            JobThread& job_thread) const;

  const std::shared_ptr<const Instance> instance_;
  // Knows its manifest, which the instance owns.
  const std::unique_ptr<const tasks::Invocation> invocation_;
  Cancellation cancellation_;
  std::atomic<bool> paused_{false};
  tasks::Progress progress_;
  // Time of the steady clock; 0: neither plan nor run was called.
  std::atomic<std::int64_t> began_ns_{0};
  // 0: still running.
  std::atomic<std::int64_t> ended_ns_{0};
  std::mutex mutex_;
  State state_ = State::fresh;
};

}  // namespace winnow::plugin

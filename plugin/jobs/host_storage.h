// Execution files in a storage that only the host can reach (`storage: {type: host}`).
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>

#include "plugin/jobs/job_thread.h"
#include "storage/storage.h"

namespace winnow::plugin {

// Asks the host's `storage` callback, or its delete_files where it has no other, for at most
// kMostExecutions at a time; the cancellation and the deadline are looked at between two requests.
// While a host that answers quickly has one, the next one waits for it already.
// Executions whose result a request leaves open are requested once more, each by itself. The job's
// thread must be serving while a call waits here.
class HostStorage final : public storage::Storage {
 public:
  static constexpr std::size_t kMostExecutions = 25;

  explicit HostStorage(JobThread& job_thread) : job_thread_(job_thread) {}

  std::vector<storage::Removed> remove(std::span<const storage::ExecutionFolder> folders,
                                       const Cancellation& cancellation,
                                       storage::Deadline until) override;
  std::vector<storage::Removed> count(std::span<const storage::ExecutionFolder> folders,
                                      const Cancellation& cancellation) override;
  Outcome<std::string> missing(const std::optional<std::string>& tenant,
                               const Cancellation& cancellation) override;

 private:
  class Call;
  std::size_t fitting(std::size_t executions, storage::Deadline until) const;
  // What so many are expected to take; nothing where no request has been answered yet.
  std::optional<std::chrono::nanoseconds> expected(std::size_t executions) const;
  void learn(std::size_t executions, std::chrono::steady_clock::duration took);

  JobThread& job_thread_;
  // Learned from the last request: a host that is slow gets small requests, so that each of them
  // ends in time. The first has one execution.
  std::atomic<std::size_t> next_size_{1};
  std::atomic<std::int64_t> ns_per_execution_{0};
};

}  // namespace winnow::plugin

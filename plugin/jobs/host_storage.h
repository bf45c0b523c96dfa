// Execution files in a storage that only the host can reach (`storage: {type: host}`).
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>

#include "plugin/jobs/job_thread.h"
#include "storage/storage.h"

namespace winnow::plugin {

// Calls the host's `storage` callback, or else its delete_files, for at most kMostExecutions at a
// time, and checks the cancellation and the deadline between two requests. While a host that
// replies quickly works on one request, the next one is already waiting. Executions without a
// result are requested again, one by one. The job's thread must be serving while a call waits here.
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
  // The expected time for this many executions; nothing before the first reply.
  std::optional<std::chrono::nanoseconds> expected(std::size_t executions) const;
  void learn(std::size_t executions, std::chrono::steady_clock::duration took);

  JobThread& job_thread_;
  // Derived from the last request: a slow host gets small requests, so that each of them ends in
  // time. The first has one execution.
  std::atomic<std::size_t> next_size_{1};
  std::atomic<std::int64_t> ns_per_execution_{0};
};

}  // namespace winnow::plugin

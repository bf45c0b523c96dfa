// Execution files in a storage that only the host can reach (`storage: {type: host}`): its
// delete_files removes them.
#pragma once

#include "plugin/jobs/job_thread.h"
#include "storage/storage.h"

namespace winnow::plugin {

// One request to the host for all folders of a tenant. The host answers with one number for the
// request; it is counted with the first of its folders. The job's thread must be serving while a
// call waits here.
class HostStorage final : public storage::Storage {
 public:
  explicit HostStorage(JobThread& job_thread) : job_thread_(job_thread) {}

  std::vector<storage::Removed> remove(std::span<const storage::ExecutionFolder> folders,
                                       const Cancellation& cancellation,
                                       storage::Deadline until) override;
  std::vector<storage::Removed> count(std::span<const storage::ExecutionFolder> folders,
                                      const Cancellation& cancellation) override;

 private:
  std::vector<storage::Removed> ask(std::span<const storage::ExecutionFolder> folders,
                                    const Cancellation& cancellation, bool dry_run,
                                    storage::Deadline until);

  JobThread& job_thread_;
};

}  // namespace winnow::plugin

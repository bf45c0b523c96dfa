// A purge that stops at four places of its first batch until it is allowed on: so that others can
// act in between.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "tests/faults/fault_bed.h"
#include "tests/faults/isolation_schedule.h"

namespace winnow::tests {

class HeldPurge {
 public:
  // `at_commit`: it stops before COMMIT too; one purge at a time can.
  HeldPurge(FaultBed& bed, bool at_commit);
  HeldPurge(const HeldPurge&) = delete;
  HeldPurge& operator=(const HeldPurge&) = delete;
  ~HeldPurge();

  // Its steps: until the batch's rows are locked and nothing is deleted; [until COMMIT;] until the
  // batch is committed; until the end.
  std::vector<std::function<void()>> steps();
  const RunResult& result() const { return run_->result(); }
  bool close() { return run_->close(); }

 private:
  int delete_files(const Json& request, std::uint64_t& deleted);
  void go();
  void to(Gate* left, Gate* next);

  FaultBed& bed_;
  bool at_commit_;
  std::unique_ptr<AbiRun> run_;
  Gate locked_;
  Gate committing_;
  Gate committed_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace winnow::tests

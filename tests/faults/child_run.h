// A purge in a separate process with a fault, which may kill it.
#pragma once

#include <functional>
#include <optional>

#include "tests/faults/abi_run.h"
#include "tests/faults/intercepted_calls.h"

namespace winnow::tests {

struct ChildEnding {
  bool killed = false;                       // by SIGKILL, as the fault wanted
  std::string crash = {};                    // how it died, if it was not supposed to
  std::optional<RunResult> result = {};      // the run's reply, if it survived
  Json committed = Json::object();           // the counters of the last event
  std::uint64_t fitted = 0;                  // calls that fitted the interception
  std::uint64_t failed = 0;                  // of them made to fail
  std::uint64_t spared = 0;                  // and let through (origin.h)
  std::uint64_t failed_in_connector = 0;     // failed allocations of libmariadb
  std::vector<std::string> violations = {};  // left behind in the process: blocks, threads, files
};

struct ChildPlan {
  Interception interception;
  bool from_the_start = false;  // the fault strikes open and job_new too, else the run alone
  // A preceding run, so that everything that is created once exists by then; if it is given, leaks
  // are checked.
  std::function<std::unique_ptr<AbiRun>()> rehearsal = {};
};

// Forks, runs and waits. `with_child` is called in this process with the child's id, while it runs.
ChildEnding run_in_child(const std::function<std::unique_ptr<AbiRun>()>& make,
                         const ChildPlan& plan, const std::function<void(pid_t)>& with_child = {});

}  // namespace winnow::tests

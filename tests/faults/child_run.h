// A purge in a process of its own, in which a fault strikes: it may die of it.
#pragma once

#include <functional>
#include <optional>

#include "tests/faults/abi_run.h"
#include "tests/faults/intercepted_calls.h"

namespace winnow::tests {

struct ChildEnding {
  bool killed = false;                       // by SIGKILL, as the fault wanted
  std::string crash = {};                    // how it died where nobody wanted it to
  std::optional<RunResult> result = {};      // what the run answered, where it lived
  Json committed = Json::object();           // the counters of the last event
  std::uint64_t fitted = 0;                  // calls that fitted the interception
  std::uint64_t failed = 0;                  // of them made to fail
  std::uint64_t spared = 0;                  // and let through (origin.h)
  std::uint64_t failed_in_connector = 0;     // of those that failed, what libmariadb asked for
  std::vector<std::string> violations = {};  // left behind in the process: blocks, threads, files
};

struct ChildPlan {
  Interception interception;
  bool from_the_start = false;  // the fault strikes open and job_new too, else the run alone
  // A run that goes before, so that what is made once and kept is made by then; where it is given,
  // leaks are looked for.
  std::function<std::unique_ptr<AbiRun>()> rehearsal = {};
};

// Forks, runs and waits. `with_child` is called in this process with the child's id, while it runs.
ChildEnding run_in_child(const std::function<std::unique_ptr<AbiRun>()>& make,
                         const ChildPlan& plan, const std::function<void(pid_t)>& with_child = {});

}  // namespace winnow::tests

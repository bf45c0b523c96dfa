// The facts of one execution of the sample, before they are written as documents.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/sample/options.h"
#include "tools/sample/random.h"

namespace winnow::sample {

using document::Instant;

struct TaskRunFacts {
  std::string id;
  std::string task;
};

struct Facts {
  std::string id;
  std::optional<std::string> tenant;  // nothing: written before Kestra 0.23
  std::string name_space;
  std::string flow;
  std::string state;
  std::optional<std::string> kind;  // nothing: normal
  bool deleted = false;
  Instant start;
  std::optional<Instant> end;
  Instant last;  // end, or the last change of state
  std::vector<TaskRunFacts> task_runs;
  bool scheduled = false;             // by a trigger
  std::optional<std::string> parent;  // execution that triggered it
  bool subflow = false;               // as a task of it
};

// The first executions take all states and namespaces in turn, so that even a small sample has
// every trap; the others follow their shares.
Facts make_facts(const SampleOptions& options, std::int64_t index, Random& random);

// A tenth of all executions end at this instant, so that a bound meets many equal ends.
Instant busiest_instant(const SampleOptions& options);

}  // namespace winnow::sample

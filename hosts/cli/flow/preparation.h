// Everything that can be checked before the first task runs, is: a typo in the third task must stop
// the first from deleting.
#pragma once

#include <optional>
#include <vector>

#include "hosts/cli/expression/functions/functions.h"
#include "hosts/cli/flow/flow.h"
#include "hosts/cli/library/library.h"

namespace winnow::cli {

struct PreparedTask {
  const FlowTask* task = nullptr;
  Json schema;  // of its parameters
  std::optional<Job>
      job;  // made already, unless it is disabled or a parameter uses an earlier task's outputs
};

struct Preparation {
  const Flow& flow;
  const expression::Scope& scope;
  const Session& session;
  bool dry_run = false;
};

Attempt<std::vector<PreparedTask>> prepare(const Preparation& preparation);

// Renders all of a task's parameters, checks them and makes its job.
Attempt<Job> make_job(const Preparation& preparation, const PreparedTask& prepared,
                      const expression::Scope& scope);

}  // namespace winnow::cli

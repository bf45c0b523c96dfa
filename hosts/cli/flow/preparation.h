// Checks everything that can be checked before the first task runs: a typo in the third task must
// prevent the first from deleting.
#pragma once

#include <optional>
#include <vector>

#include "hosts/cli/expression/language/callable.h"
#include "hosts/cli/flow/flow.h"
#include "hosts/cli/library/library.h"

namespace winnow::cli {

struct PreparedTask {
  const FlowTask* task = nullptr;
  Json schema = {};  // of the parameters
  // Already made, unless the task is disabled or a parameter uses an earlier task's outputs.
  std::optional<Job> job = {};
};

struct Preparation {
  const Flow& flow;
  const expression::Scope& scope;
  const Session& session;
  bool dry_run = false;
};

Outcome<std::vector<PreparedTask>> prepare(const Preparation& preparation);

// Renders all of a task's parameters, checks them and makes its job.
Outcome<Job> make_job(const Preparation& preparation, const PreparedTask& prepared,
                      const expression::Scope& scope);

}  // namespace winnow::cli

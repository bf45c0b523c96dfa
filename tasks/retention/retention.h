// The engine of ApplyRetention: runs the purges compiled from a policy's rules, one after the
// other.
#pragma once

#include <memory>

#include "tasks/task.h"

namespace winnow::tasks {

// See tasks::invoke().
Outcome<std::unique_ptr<Invocation>> invoke_retention(const Manifest& manifest,
                                                      const Json& parameters, const Policy& policy);

// The engine of ExplainRetention: what a policy does with one execution, by the conditions that a
// run sends. See tasks::invoke().
Outcome<std::unique_ptr<Invocation>> invoke_explanation(const Manifest& manifest,
                                                        const Json& parameters,
                                                        const Policy& policy);

}  // namespace winnow::tasks

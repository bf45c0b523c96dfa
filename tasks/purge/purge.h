// The purge engine: what a purge manifest describes goes in short transactions, children first,
// parent last.
#pragma once

#include <memory>

#include "tasks/task.h"

namespace winnow::tasks {

// See tasks::invoke().
Outcome<std::unique_ptr<Invocation>> invoke_purge(const Manifest& manifest, const Json& parameters,
                                                  const Policy& policy);

}  // namespace winnow::tasks

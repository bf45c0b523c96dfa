// Hands a task's parameters to the engine that its manifest names.
#include "tasks/task.h"

#include "tasks/engine.h"

namespace winnow::tasks {

Outcome<std::unique_ptr<Invocation>> invoke(const Manifest& manifest, const Json& parameters,
                                            const Policy& policy) {
  return engine_of(manifest).invoke(manifest, parameters, policy);
}

}  // namespace winnow::tasks

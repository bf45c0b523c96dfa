// Hands a task to the engine that its manifest names.
#include "tasks/task.h"

#include "tasks/engine.h"

namespace winnow::tasks {

Outcome<void> check(const Manifest& manifest, const Json& parameters, const Policy& policy) {
  return engine_of(manifest).check(manifest, parameters, policy);
}

TaskResult plan(const Manifest& manifest, const Json& parameters, Context& context) {
  return engine_of(manifest).plan(manifest, parameters, context);
}

TaskResult run(const Manifest& manifest, const Json& parameters, Context& context) {
  return engine_of(manifest).run(manifest, parameters, context);
}

}  // namespace winnow::tasks

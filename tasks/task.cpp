// Hands a task to the engine that its manifest names.
#include "tasks/task.h"

#include "tasks/listing.h"
#include "tasks/purge.h"

namespace winnow::tasks {

Outcome<void> check(const Manifest& manifest, const Json& parameters, const Policy& policy) {
  return manifest.engine == EngineKind::purge ? check_purge(manifest, parameters, policy)
                                              : check_listing(manifest, parameters, policy);
}

TaskResult plan(const Manifest& manifest, const Json& parameters, Context& context) {
  return manifest.engine == EngineKind::purge ? plan_purge(manifest, parameters, context)
                                              : plan_listing(manifest, parameters, context);
}

TaskResult run(const Manifest& manifest, const Json& parameters, Context& context) {
  return manifest.engine == EngineKind::purge ? run_purge(manifest, parameters, context)
                                              : run_listing(manifest, parameters, context);
}

}  // namespace winnow::tasks

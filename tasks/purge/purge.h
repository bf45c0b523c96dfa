// The purge engine: what a purge manifest describes goes in short transactions, children first,
// parent last.
#pragma once

#include "tasks/task.h"

namespace winnow::tasks {

// The parameter that every task has which removes something: tenant.
std::vector<ParameterSpec> sweep_parameters(const Manifest& manifest);

// The parameters that every purge has beside its manifest's own: tenant and batchTime.
std::vector<ParameterSpec> purge_parameters(const Manifest& manifest);

// Whether the manifest has a step that removes files, and the parameters leave it switched on.
bool purges_files(const Manifest& manifest, const Json& parameters);

Outcome<void> check_purge(const Manifest& manifest, const Json& parameters, const Policy& policy);
TaskResult plan_purge(const Manifest& manifest, const Json& parameters, Context& context);
TaskResult run_purge(const Manifest& manifest, const Json& parameters, Context& context);

}  // namespace winnow::tasks

// The listing engine: keyset pages, counts, and everything into a file, for any table that a
// manifest describes.
#pragma once

#include "tasks/task.h"

namespace winnow::tasks {

// The parameters that every listing has beside its manifest's filters: tenant, fetchType (FETCH,
// FETCH_ONE, STORE, NONE), size, cursor, columns, orderBy, direction. The manifest reader adds
// them.
std::vector<ParameterSpec> listing_parameters(const Manifest& manifest);
// JSON Schema of a listing's outputs (rows, row, uri, size, cursor).
Json listing_outputs();

Outcome<void> check_listing(const Manifest& manifest, const Json& parameters, const Policy& policy);
TaskResult plan_listing(const Manifest& manifest, const Json& parameters, Context& context);
TaskResult run_listing(const Manifest& manifest, const Json& parameters, Context& context);

}  // namespace winnow::tasks

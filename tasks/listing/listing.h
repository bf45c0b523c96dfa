// The listing engine: keyset pages, counts, and everything into a file, for any table that a
// manifest describes.
#pragma once

#include "tasks/task.h"

namespace winnow::tasks {

// JSON Schema of a listing's outputs (rows, row, uri, size, cursor).
Json listing_outputs();

Outcome<void> check_listing(const Manifest& manifest, const Json& parameters, const Policy& policy);
TaskResult plan_listing(const Manifest& manifest, const Json& parameters, Context& context);
TaskResult run_listing(const Manifest& manifest, const Json& parameters, Context& context);

}  // namespace winnow::tasks

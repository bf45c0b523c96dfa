// What a purge would do, read-only: its statements, the index that serves each, and how many rows
// it has selected.
#pragma once

#include "tasks/purge_prepared.h"

namespace winnow::tasks {

// {"task", "server", "selected", "statements": [{"purpose", "sql", "indexes", "scans"}], "leftOut":
// [...]}.
Outcome<Json> describe_purge(const Manifest& manifest, const Json& parameters, Prepared& prepared);

}  // namespace winnow::tasks

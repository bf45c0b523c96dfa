// A connection and what a purge makes of the probed schema, before it touches anything.
#pragma once

#include <memory>
#include <optional>

#include "database/connection.h"
#include "tasks/purge/request.h"
#include "tasks/purge/steps.h"
#include "tasks/selection/selection.h"
#include "tasks/task.h"

namespace winnow::tasks {

// `selection` and `steps` point into `schema`; moving a Prepared keeps them valid (a map's entries
// stay where they are).
struct Prepared {
  std::unique_ptr<database::Connection> connection;
  database::Schema schema;
  std::optional<Selection> selection;  // has a value after prepare()
  std::optional<PurgeSteps> steps;     // has a value after prepare()
};

// Connects, probes and resolves; `manifest` and `context` must outlive the result.
Outcome<Prepared> prepare(const Manifest& manifest, const PurgeRequest& request, Context& context);

}  // namespace winnow::tasks

// The doctor: looks a database over, changes nothing, and says what to do about what it finds.
#pragma once

#include <memory>

#include "tasks/task.h"

namespace winnow::tasks {

// JSON Schema of its result (server, schema, database, tables, findings).
Json doctor_outputs();

// A run costs the catalog, one query of statistics, and for each table with a parent one statement
// that reads at most `sample` rows along an index and looks as many parents up by their keys. A plan
// has those statements. See tasks::invoke().
Outcome<std::unique_ptr<Invocation>> invoke_doctor(const Manifest& manifest, const Json& parameters,
                                                   const Policy& policy);

}  // namespace winnow::tasks

// The doctor: looks a database over, changes nothing, and says what to do about what it finds.
#pragma once

#include "tasks/task.h"

namespace winnow::tasks {

// JSON Schema of its result (server, schema, database, tables, findings).
Json doctor_outputs();

Outcome<void> check_doctor(const Manifest& manifest, const Json& parameters, const Policy& policy);
// The statements that look for orphans; everything else is the catalog's.
TaskResult plan_doctor(const Manifest& manifest, const Json& parameters, Context& context);
// Costs the catalog, one query of statistics, and for each table with a parent one statement that
// reads at most `sample` rows in the order of their keys and looks as many parents up by theirs.
TaskResult run_doctor(const Manifest& manifest, const Json& parameters, Context& context);

}  // namespace winnow::tasks

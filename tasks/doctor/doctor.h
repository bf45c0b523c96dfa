// The doctor: examines a database, changes nothing, and says how to correct each finding.
#pragma once

#include <memory>

#include "tasks/task.h"

namespace winnow::tasks {

// A run reads the catalog, the statistics with one query, and each table that has a parent with one
// statement: at most `sample` rows along an index, with a lookup of each row's parent by its key. A
// plan shows these statements. See tasks::invoke().
Outcome<std::unique_ptr<Invocation>> invoke_doctor(const Manifest& manifest, const Json& parameters,
                                                   const Policy& policy);

}  // namespace winnow::tasks

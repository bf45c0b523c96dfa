// The counters of a task's result, and their reports to the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tasks/manifest.h"
#include "tasks/task.h"

namespace winnow::tasks {

// Adds to a counter; an empty name counts nothing.
void add_to(Json& counters, const std::string& counter, std::int64_t rows);

// A result with every counter of the manifest at 0.
Json zero_counters(const Manifest& manifest);

// Counts one finished transaction (or round of file deletions) of `rows` rows and reports it to the
// host. `progress.rows_done` already includes the rows; `counters` are the task's totals so far.
void report_batch(Context& context, std::size_t rows, const Json& counters);

// The message about rows that are no longer counted: `noun` names one of them, `of` says to what
// they belong.
std::string rows_are_back(std::int64_t rows, const std::string& noun, const std::string& of = {});

}  // namespace winnow::tasks

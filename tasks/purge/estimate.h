// What a purge would take, told from a sample of its rows.
#pragma once

#include <cstdint>
#include <optional>

#include "tasks/purge/prepared.h"

namespace winnow::tasks {

// Reads the first rows that are selected, at most kSampledRows, with what belongs to them, and
// measures that: {"rows": {"executions": 12, "logs": 340}, "bytes", "milliseconds", "sample":
// {"rows", "milliseconds"}}. Rows of a table of dependents are those of the sample in proportion;
// bytes are those of the documents, without indexes and files; the time is that of reading the
// sample, times what a deletion costs beyond that, in proportion and at the pace. It is an
// estimate: rows are not alike, and other work of the server is not foreseen.
inline constexpr std::int64_t kSampledRows = 500;
Outcome<Json> estimate(const Prepared& prepared, const std::optional<Pace>& pace,
                       std::int64_t selected);

}  // namespace winnow::tasks

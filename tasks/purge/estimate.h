// Estimates the cost of a purge from a sample of its rows.
#pragma once

#include <cstdint>
#include <optional>

#include "tasks/purge/prepared.h"

namespace winnow::tasks {

// Reads the first selected rows, at most kSampledRows, with what belongs to them, and measures
// that: {"rows": {"executions": 12, "logs": 340}, "bytes", "milliseconds", "sample": {"rows",
// "milliseconds"}}. The sample's rows, bytes and time are scaled to all selected rows. Bytes are
// those of the documents, without indexes and files; the time is the time for reading the sample,
// times the higher cost of a deletion, at the pace. It is an estimate: rows differ, and other work
// of the server is not considered.
inline constexpr std::int64_t kSampledRows = 500;
Outcome<Json> estimate(const Prepared& prepared, const std::optional<Pace>& pace,
                       std::int64_t selected);

}  // namespace winnow::tasks

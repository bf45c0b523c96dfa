// The options of sample data.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "document/instant.h"

namespace winnow::sample {

struct SampleOptions {
  std::int64_t executions = 1'000;
  std::int64_t logs = 2;        // of each execution
  std::int64_t metrics = 2;     // of each execution
  std::string storage;          // Kestra's base path for files; empty: none are made
  std::int64_t files = -1;      // in total; -1: one per five executions
  std::uint64_t seed = 1;       // the same seed and options give the same bytes
  std::string version = "1.1";  // of Kestra: "1.1", "1.3", "2.0"
  // PostgreSQL: some batches are written by sessions with the time zones of Paris and Los Angeles,
  // so that the columns without a zone have mixed zones (docs/design.md). Off: all in UTC.
  bool mixed_zones = true;
  bool subflows = false;  // some executions are subflow executions of others
  // Executions start in [first, last). Europe changes the clock in two of these nights.
  document::Instant first = std::chrono::sys_days{std::chrono::year{2025} / 10 / 1};
  document::Instant last = std::chrono::sys_days{std::chrono::year{2026} / 10 / 1};
};

}  // namespace winnow::sample

// What a task is given to work with, and the two things that can be done with it. The engines stand
// behind this.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "database/url/settings.h"
#include "document/task_failure.h"
#include "outcome/cancellation.h"
#include "storage/storage.h"
#include "tasks/manifest.h"

namespace winnow::tasks {

enum class LogLevel : std::int32_t { trace = 0, debug = 1, info = 2, warn = 3, error = 4 };

// The operator's limits; a flow's author reaches nothing beyond them.
struct Policy {
  // The first is the default; nothing stands for "no tenant".
  std::vector<std::optional<std::string>> tenants;
  // Namespaces a task may touch: `a`, `a.*` (one level), `a.**` (all below, and a); empty: every one.
  std::vector<std::string> allow;
  std::vector<std::string> protect;            // never purged: each with all below it
  std::optional<std::int64_t> max_executions;  // a purge of more is refused before its first delete
  bool allow_scan = false;                     // a plan without an index is accepted
};

// Who runs the task, as the task sees it. Every function may be called from any thread of the task;
// plugin/ brings the call to the host on the job's own thread.
class Host {
 public:
  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;
  virtual void log(LogLevel level, const std::string& text) = 0;
  virtual void event(const Json& event) = 0;  // {"event": "batch", ...}
};

// Where a task is; the numbers are the ABI's (winnow_phase).
enum class Phase : std::int32_t {
  fresh = 0,
  connecting = 1,
  selecting = 2,
  working = 3,
  finishing = 4,
  done = 5
};

// Counters that hosts poll while the task runs.
struct Progress {
  std::atomic<Phase> phase{Phase::fresh};
  std::atomic<std::int64_t> rows_done{0};      // executions purged, or rows listed
  std::atomic<std::int64_t> rows_planned{-1};  // -1: not known
  std::atomic<std::int64_t> batches{0};
  std::atomic<std::int64_t> retries{0};
};

struct Context {
  database::Settings database;
  std::int32_t connections = 1;                   // the operator's `database.connections`
  storage::Storage* storage = nullptr;            // nullptr: no storage is configured
  std::chrono::milliseconds storage_hold{5'000};  // how long a transaction's locks wait for it
  Policy policy;
  std::string store_directory;  // where STORE writes its file; exists
  Host& host;
  const Cancellation& cancellation;
  Progress& progress;
};

using TaskResult = tl::expected<Json, TaskFailure>;

// `parameters` has been held against manifest.schema and its defaults are filled in.

// Checks that need no connection: dates, cursor, tenant, policy. First of the things that run() and
// plan() do; plugin/ calls it too when a job is made, so that bad input is refused there.
Outcome<void> check(const Manifest& manifest, const Json& parameters, const Policy& policy);
// Read-only: {"task", "server", "executions" (or rows), "statements": [{"purpose", "sql",
// "indexes", "scans"}], ...}.
TaskResult plan(const Manifest& manifest, const Json& parameters, Context& context);
TaskResult run(const Manifest& manifest, const Json& parameters, Context& context);

}  // namespace winnow::tasks

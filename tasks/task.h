// The input of a task, and its two operations: plan and run. The engines implement this.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "database/url/settings.h"
#include "document/instant.h"
#include "document/task_failure.h"
#include "outcome/cancellation.h"
#include "storage/storage.h"
#include "tasks/manifest.h"
#include "tasks/pace/pace.h"
#include "tasks/receipts/settings.h"
#include "tasks/selection/policy.h"

namespace winnow::database {
class KeptConnection;
}

namespace winnow::tasks {

class Receipts;

enum class LogLevel : std::int32_t { trace = 0, debug = 1, info = 2, warn = 3, error = 4 };

// The host from the task's point of view. Every function may be called from any thread of the task;
// plugin/ passes the call to the host on the job's own thread.
class Host {
 public:
  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;
  virtual void log(LogLevel level, const std::string& text) = 0;
  virtual void event(const Json& event) = 0;  // {"event": "batch", ...}
};

// The phase of a task; the numbers are the ABI's (winnow_phase). Its job sets `fresh` and `done`.
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
  // Executions purged, or rows listed.
  std::atomic<std::int64_t> rows_done{0};
  // -1: not known.
  std::atomic<std::int64_t> rows_planned{-1};
  std::atomic<std::int64_t> batches{0};
  std::atomic<std::int64_t> retries{0};
  // Waiting between two batches: paused, or for its pace.
  std::atomic<bool> waiting{false};
};

// Everything of a run except the host.
struct RunEnvironment {
  database::Settings database;
  // The operator's `database.connections`; nothing: the task chooses.
  std::optional<std::int32_t> connections = {};
  // Keeps a listing's connection for the next listing (`database.keep-alive`); nullptr: it is
  // closed.
  database::KeptConnection* kept = nullptr;
  // nullptr: no storage is configured.
  storage::Storage* storage = nullptr;
  // Why a configured storage can't be opened, for a task that goes on without it; otherwise empty.
  std::string storage_problem = {};
  // How long a transaction's locks wait for the storage (`storage.hold-time`).
  std::chrono::milliseconds storage_hold{5'000};
  // Purge even if the storage holds nothing of the tenant (`storage.allow-missing`).
  bool allow_missing_files = true;
  Policy policy;
  // The operator's `pace`, which a task may only restrict. Nothing: a run that deletes works as
  // fast as it can.
  std::optional<Pace> pace = {};
  // The operator's `receipts`; nothing: deletions leave no receipts.
  std::optional<ReceiptSettings> receipt_settings = {};
  // The operator's `exclusive`: one run of a task at a time on this database.
  bool exclusive = false;
  // Called before each batch; its failure ends the run. Thread-safe. Empty: not called.
  std::function<Outcome<void>()> may_begin_batch = {};
  // The receipts of batches (tasks/receipts/receipts.h); nullptr: none.
  Receipts* receipts = nullptr;
  // STORE writes its file there; it exists.
  std::string store_directory;
  // The current time, for ages.
  document::Instant (*clock)() = document::now;
  const Cancellation& cancellation;
  // While it is true, the run begins no batch; nullptr: it can't be paused.
  const std::atomic<bool>* paused = nullptr;
  Progress& progress;
};

struct Context : RunEnvironment {
  Host& host;
};

using TaskResult = tl::expected<Json, TaskFailure>;

// A task with its parameters read and checked, ready to be planned and run. Several threads may use
// one at the same time, each with a Context of its own.
class Invocation {
 public:
  Invocation() = default;
  Invocation(const Invocation&) = delete;
  Invocation& operator=(const Invocation&) = delete;
  virtual ~Invocation() = default;

  // Whether it requires a database.
  virtual bool needs_database() const { return true; }
  // Whether a run requires a storage.
  virtual bool needs_storage() const { return false; }
  // Whether a run uses the storage if one is configured.
  virtual bool looks_at_storage() const { return needs_storage(); }
  // Read-only: {"task", "server", "selected", "statements": [{"purpose", "sql", "indexes",
  // "scans"}], ...}.
  virtual TaskResult plan(Context& context) const = 0;
  virtual TaskResult run(Context& context) const = 0;
};

// The only place that reads parameters: turns them into the task's own request and refuses
// everything that can be refused without a connection (dates, cursor, tenant, policy). `parameters`
// match manifest.schema, with its defaults filled in. The manifest must outlive the invocation; the
// policy is that of the Context it is run with.
Outcome<std::unique_ptr<Invocation>> invoke(const Manifest& manifest, const Json& parameters,
                                            const Policy& policy);

}  // namespace winnow::tasks

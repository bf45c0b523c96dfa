// The common part of the sweeps of rows and of folders: the connection, the lookup of missing
// executions, the counters, and the end of a run.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tasks/orphans/execution_lookup.h"
#include "tasks/pace/pacer.h"
#include "tasks/shared/reconnecting_connection.h"

namespace winnow::tasks {

// Executions per lookup. For so few, no server scans the table (docs/measurements.md).
inline constexpr std::int64_t kExecutionsPerPage = 500;

// The maximum number of rows of a page, or folders, that may fail to be deleted. With more,
// something else is wrong, and the run ends.
inline constexpr std::int64_t kMostKept = 1'000;

// The manifest and the context must outlive it.
class Sweep {
 public:
  // A run that deletes nothing needs no pace, but its parameter is checked anyway.
  enum class Paced { no, yes };
  // Decides the pace, connects and probes the manifest's tables.
  static Outcome<Sweep> open(const Manifest& manifest, Context& context,
                             const std::optional<Pace>& pace, Paced paced);

  // Those of `executions` that do not exist in any tenant.
  Outcome<std::vector<std::string>> missing(const std::vector<std::string>& executions);

  // The same within the open transaction of `connection`. A transaction of Vitess covers one shard,
  // while executions are on all of them: then they are looked up over another connection.
  Outcome<std::vector<std::string>> missing_beside(database::Connection& connection,
                                                   const std::vector<std::string>& executions);

  // A limit failure if the database has no execution at all: then everything would be deleted.
  Outcome<void> check_executions(const std::string& all, const std::string& what_to_do);

  // {"task", "server", "statements": the lookup of executions, "leftOut": []}.
  Outcome<Json> plan();
  // The result of a run: the counters, or the failure with them.
  TaskResult result(const Outcome<void>& swept, bool dry_run);

  const Manifest& manifest() const { return *manifest_; }
  Context& context() const { return *context_; }
  ReconnectingConnection& connection() { return connection_; }
  const database::Dialect& dialect() { return connection_.get().dialect(); }
  const database::Schema& schema() const { return *schema_; }
  const ExecutionLookup& lookup() const { return lookup_; }
  Json& counters() { return counters_; }

  // Called before each batch of deletions. False: the budget of the pace is used up, and the run
  // ends.
  Outcome<bool> may_go_on();
  // Notes what a batch deleted, and how long it took.
  void note_pace(std::int64_t rows, Pacer::Clock::duration took);
  bool is_over() const { return pacer_->ended(); }

 private:
  Sweep(const Manifest& manifest, Context& context, std::unique_ptr<Pacer> pacer,
        ReconnectingConnection connection, std::unique_ptr<database::Schema> schema,
        ExecutionLookup lookup);

  const Manifest* manifest_;
  Context* context_;
  std::unique_ptr<Pacer> pacer_;
  Pacer::Lane lane_;
  ReconnectingConnection connection_;
  std::optional<ReconnectingConnection> beside_;
  // On the heap, because other objects point to it.
  std::unique_ptr<database::Schema> schema_;
  ExecutionLookup lookup_;
  Json counters_;
};

}  // namespace winnow::tasks

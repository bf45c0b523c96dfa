// A connection, and what a purge derives from the probed schema before it touches anything.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "database/connection.h"
#include "tasks/families/families.h"
#include "tasks/purge/request.h"
#include "tasks/purge/session.h"
#include "tasks/purge/statements.h"
#include "tasks/purge/steps.h"
#include "tasks/selection/newest.h"
#include "tasks/selection/selection.h"
#include "tasks/task.h"

namespace winnow::tasks {

// Its parts point to each other, so it must not be moved.
struct Prepared {
  Prepared() = default;
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  ~Prepared() = default;

  std::unique_ptr<database::Connection> connection;
  database::Schema schema;
  // These have a value after prepare().
  std::optional<Selection> selection;
  std::optional<PurgeSteps> steps;
  std::optional<PurgeStatements> statements;
  // If some executions of each flow stay (PurgeRequest::keep_last): which ones, and how the others
  // are counted.
  std::unique_ptr<NewestOfFlows> newest;
  std::optional<PurgeStatements> counting;
  // If executions are deleted with their children (PurgeRequest::members).
  std::unique_ptr<Families> families;
};

// Whether the purge should remove files, and has a storage.
bool removes_files(const PurgeRequest& request, const Context& context);

// Connects, probes and resolves. The manifest and the context must outlive the result, whose
// connection is the session's.
Outcome<std::unique_ptr<Prepared>> prepare(const Manifest& manifest, const PurgeRequest& request,
                                           Context& context, PurgeSession& session);

// The number of rows that the purge selects, counted up to `most` (kCountAll: all). Over the
// caller's connection: a run takes the one that prepare() opened.
Outcome<std::int64_t> count_selected(const Prepared& prepared, database::Connection& connection,
                                     std::int64_t most);
// The server's estimate of the same, without reading rows; nothing if it has none, or if some
// executions of each flow stay.
std::optional<std::int64_t> estimate_selected(const Prepared& prepared,
                                              database::Connection& connection);
// The selected rows, counted by namespace; rows without one under an empty name.
Outcome<std::map<std::string, std::int64_t>> count_by_namespace(const Prepared& prepared,
                                                                database::Connection& connection);
// The keys of the first of the selected rows, at most `most`.
Outcome<std::vector<std::string>> first_selected(const Prepared& prepared,
                                                 database::Connection& connection,
                                                 std::int64_t most);

}  // namespace winnow::tasks

// A connection and what a purge makes of the probed schema, before it touches anything.
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

// Its parts point into each other: it stays where it is.
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
  // Where some of each flow stay (PurgeRequest::keep_last): which, and how the others are counted.
  std::unique_ptr<NewestOfFlows> newest;
  std::optional<PurgeStatements> counting;
  // Where executions go with their children (PurgeRequest::members).
  std::unique_ptr<Families> families;
};

// Whether the purge is to remove files, and has a storage to remove them from.
bool removes_files(const PurgeRequest& request, const Context& context);

// Connects, probes and resolves. The manifest and the context must outlive the result, whose
// connection is the session's.
Outcome<std::unique_ptr<Prepared>> prepare(const Manifest& manifest, const PurgeRequest& request,
                                           Context& context, PurgeSession& session);

// How many rows the purge selects, counted no further than `most` (kCountAll: all). By the
// connection of the caller: a run takes the one that prepare() opened.
Outcome<std::int64_t> count_selected(const Prepared& prepared, database::Connection& connection,
                                     std::int64_t most);
// The same as the server expects it, without a look at the rows; nothing where it does not say, and
// where some of each flow stay.
std::optional<std::int64_t> estimate_selected(const Prepared& prepared,
                                              database::Connection& connection);
// The selected rows, counted by namespace; under an empty name what has none.
Outcome<std::map<std::string, std::int64_t>> count_by_namespace(const Prepared& prepared,
                                                                database::Connection& connection);
// The keys of the first of the selected rows, at most `most`.
Outcome<std::vector<std::string>> first_selected(const Prepared& prepared,
                                                 database::Connection& connection,
                                                 std::int64_t most);

}  // namespace winnow::tasks

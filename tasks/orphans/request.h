// The parameters of the sweeps, read once.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tasks/pace/pace.h"
#include "tasks/selection/plan_id.h"
#include "tasks/selection/scope.h"

namespace winnow::tasks {

// PurgeOrphans.
struct OrphanRowsRequest {
  // The tenant and the namespaces of the request and of the policy, which restrict each table.
  Scope scope;
  // A row with a date of writing is deleted if that is at or before this instant.
  document::Instant written_until = {};
  std::int64_t batch_size = 0;
  // The task's own pace; the operator's may be stricter.
  std::optional<Pace> pace = {};
  // The plan that the run is held to. nullptr: none.
  std::shared_ptr<const ExpectedPlan> expected = {};
  bool dry_run = true;
  // Notes for the caller about these parameters, one sentence each.
  std::vector<std::string> notes = {};
};

// The terms that bind a run of this request to its plan, except for tables and rows: for each of
// the manifest's steps the rows and the date.
PlanTerms terms_of(const Manifest& manifest, const OrphanRowsRequest& request,
                   const Policy& policy);

// PurgeStorage. The dates refer to the last change in a folder.
struct OrphanFoldersRequest {
  std::optional<std::string> tenant = {};
  // Empty: all namespaces. With a flow exactly this namespace, otherwise also those below it.
  std::string name_space = {};
  std::string flow = {};
  std::optional<document::Instant> from = {};
  document::Instant until = {};
  // Kestra writes the inputs of an execution before the execution, so a younger folder stays.
  std::chrono::seconds minimum_age{};
  // The task's own pace; the operator's may be stricter.
  std::optional<Pace> pace = {};
  bool dry_run = true;
};

// `parameters` match the manifest's schema, with its defaults filled in. Both fail like
// read_scope(), the first also like check_terms() if it is held to a plan; the second also fails
// for a flow without its namespace.
Outcome<OrphanRowsRequest> read_orphan_rows_request(const Manifest& manifest,
                                                    const Json& parameters, const Policy& policy);
Outcome<OrphanFoldersRequest> read_orphan_folders_request(const Manifest& manifest,
                                                          const Json& parameters,
                                                          const Policy& policy);

}  // namespace winnow::tasks

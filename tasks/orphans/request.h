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
  // A row that has a date of writing goes where that is at or before this.
  document::Instant written_until = {};
  std::int64_t batch_size = 0;
  // What the task asks for; the operator's pace may be narrower.
  std::optional<Pace> pace = {};
  // The plan that the run is held to. nullptr: none.
  std::shared_ptr<const ExpectedPlan> expected = {};
  bool dry_run = true;
  // What the caller should know about these parameters, each a sentence.
  std::vector<std::string> notes = {};
};

// What binds a run of this request to its plan, but for tables and rows: of each of the manifest's
// steps the rows and the date.
PlanTerms terms_of(const Manifest& manifest, const OrphanRowsRequest& request,
                   const Policy& policy);

// PurgeStorage. The dates are those of the last change in a folder.
struct OrphanFoldersRequest {
  std::optional<std::string> tenant = {};
  // Empty: every namespace. With a flow exactly this namespace, without one also those below it.
  std::string name_space = {};
  std::string flow = {};
  std::optional<document::Instant> from = {};
  document::Instant until = {};
  // Kestra writes the inputs of an execution before the execution: a younger folder is left alone.
  std::chrono::seconds minimum_age{};
  // What the task asks for; the operator's pace may be narrower.
  std::optional<Pace> pace = {};
  bool dry_run = true;
};

// `parameters` fit the manifest's schema, with its defaults filled in. Both fail as read_scope()
// does, the first as check_terms() where it is held to a plan; the second also fails for a flow
// without its namespace.
Outcome<OrphanRowsRequest> read_orphan_rows_request(const Manifest& manifest,
                                                    const Json& parameters, const Policy& policy);
Outcome<OrphanFoldersRequest> read_orphan_folders_request(const Manifest& manifest,
                                                          const Json& parameters,
                                                          const Policy& policy);

}  // namespace winnow::tasks

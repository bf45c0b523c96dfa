// The request of a purge, read once from its task's parameters.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tasks/pace/pace.h"
#include "tasks/selection/newest.h"
#include "tasks/selection/plan_id.h"
#include "tasks/selection/removal_limits.h"
#include "tasks/selection/scope.h"

namespace winnow::tasks {

struct PurgeRequest {
  Scope scope;
  // The column whose index batches walk, oldest first: that of the required date.
  std::string order;
  // The manifest's steps that are switched on, except the parent, in order. The manifest owns them.
  std::vector<const PurgeStep*> steps = {};
  bool deletes_parent = true;
  // The maximum number of rows per transaction, and how long one should take; nothing: BatchSizer
  // decides.
  std::int64_t batch_size = 0;
  std::optional<std::chrono::milliseconds> batch_time = {};
  // The task's own pace; the operator's may be stricter.
  std::optional<Pace> pace = {};
  // This many executions of each flow that ended last stay, among those that the scope selects at
  // any date.
  std::optional<std::int64_t> keep_last = {};
  // Executions that ended later are not among them. Nothing: no such bound.
  std::optional<document::Instant> newest_until = {};
  // With withChildren: the states in which a descendant may be deleted with its root. Nothing: each
  // execution is deleted by itself.
  std::optional<AnyOf> members = {};
  // The task's own limits besides the policy's: the smaller ones apply.
  RemovalWishes at_most = {};
  // The number of rows that may be deleted, if the caller has checked the limits for several purges
  // together.
  std::optional<std::int64_t> allowance = {};
  // The plan that the run is held to; its dates are in the scope. nullptr: none, or the caller has
  // checked it for several purges together.
  std::shared_ptr<const ExpectedPlan> expected = {};
  // Whether to count deleted rows by namespace too.
  bool by_namespace = false;
  bool dry_run = false;
  // Notes for the caller about these parameters, one sentence each.
  std::vector<std::string> notes = {};

  bool removes_files() const;
  // The bound of `order` at or before which rows are selected; nullptr: there is none.
  const InstantBound* bound() const;
  // Its date: rows are deleted up to then.
  document::Instant cutoff() const;
};

// The date of a row's end, if `order` is another date: then an execution may be running until just
// before it is deleted.
const Filter* end_beside(const Manifest& manifest, const std::string& order);

// The input of NewestOfFlows; nothing: every selected row is deleted.
std::optional<KeepLast> kept(const PurgeRequest& request);

// Holds the request to its plan: restricts its dates and limits its rows.
void hold_to(PurgeRequest& request, const PlannedPurge& planned, const ExpectedPlan& plan);

// The terms that bind a run of this request to its plan, except for tables and rows.
PlanTerms terms_of(const Manifest& manifest, const PurgeRequest& request, const Policy& policy);

// `parameters` match the manifest's schema, with its defaults filled in. Fails like read_scope(),
// and like check_terms() if the request is held to a plan.
Outcome<PurgeRequest> read_purge_request(const Manifest& manifest, const Json& parameters,
                                         const Policy& policy);

}  // namespace winnow::tasks

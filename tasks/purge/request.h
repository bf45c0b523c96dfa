// What a purge was asked to do, decided: read once from its task's parameters.
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
  // The column whose index batches walk, oldest first: that of the date which has to be given.
  std::string order;
  // The manifest's steps that are switched on, but for the parent, in their order. The manifest
  // owns them.
  std::vector<const PurgeStep*> steps = {};
  bool deletes_parent = true;
  // Rows per transaction at most, and how long one should take; nothing: as BatchSizer finds best.
  std::int64_t batch_size = 0;
  std::optional<std::chrono::milliseconds> batch_time = {};
  // What the task asks for; the operator's pace may be narrower.
  std::optional<Pace> pace = {};
  // So many of each flow that end last, of those that the scope means at any date, stay.
  std::optional<std::int64_t> keep_last = {};
  // What ended later is not among them. Nothing: whatever ended.
  std::optional<document::Instant> newest_until = {};
  // With withChildren: the states in which a descendant may go with its root. Nothing: each
  // execution goes by itself.
  std::optional<AnyOf> members = {};
  // What the task itself asks of the policy's limits: the smaller ones hold.
  RemovalWishes at_most = {};
  // Rows that may go, where the caller has checked the limits for several purges together.
  std::optional<std::int64_t> allowance = {};
  // The plan that the run is held to; its dates are in the scope. nullptr: none, or the caller has
  // checked it for several purges together.
  std::shared_ptr<const ExpectedPlan> expected = {};
  // Counts what goes by namespace too.
  bool by_namespace = false;
  bool dry_run = false;
  // What the caller should know about these parameters, each a sentence.
  std::vector<std::string> notes = {};

  bool removes_files() const;
  // The bound of `order` that rows are at or before; nullptr: there is none.
  const InstantBound* bound() const;
  // Its date: up to then rows go.
  document::Instant cutoff() const;
};

// The date of a row's end, where `order` is another one: its row may run until a moment before it
// goes.
const Filter* end_beside(const Manifest& manifest, const std::string& order);

// What NewestOfFlows is made of; nothing: every selected row goes.
std::optional<KeepLast> kept(const PurgeRequest& request);

// Holds the request to a plan of it: narrows its dates, and limits its rows.
void hold_to(PurgeRequest& request, const PlannedPurge& planned, const ExpectedPlan& plan);

// What binds a run of this request to its plan, but for tables and rows.
PlanTerms terms_of(const Manifest& manifest, const PurgeRequest& request, const Policy& policy);

// `parameters` fit the manifest's schema, with its defaults filled in. Fails as read_scope() does,
// and as check_terms() where the request is held to a plan.
Outcome<PurgeRequest> read_purge_request(const Manifest& manifest, const Json& parameters,
                                         const Policy& policy);

}  // namespace winnow::tasks

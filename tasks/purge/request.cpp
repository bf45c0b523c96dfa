#include "tasks/purge/request.h"

#include <algorithm>

#include "outcome/try.h"
#include "tasks/families/members.h"

namespace winnow::tasks {
namespace {

// The column of the bound that rows are at or before: every purge's manifest has such a parameter,
// which is required.
std::string order_of(const Scope& scope) {
  for (const auto& condition : scope.conditions) {
    const auto* bound = std::get_if<InstantBound>(&condition);
    if (bound != nullptr && database::looks_back(bound->comparison)) return bound->column;
  }
  return {};
}

// `policy.min-age`. A row that started long ago may have ended just now: it is left out by its end.
Outcome<void> hold_min_age(const Manifest& manifest, const Policy& policy, PurgeRequest& request) {
  if (!policy.min_age) return {};
  const auto youngest = youngest_removable(policy, document::now());
  if (const auto* bound = request.bound()) {
    WINNOW_CHECK(check_min_age(policy, bound->instant, youngest, "/endDate"));
  }
  if (const auto* end = end_beside(manifest, request.order)) {
    request.scope.except.push_back({InstantBound{.column = end->column,
                                                 .document = end->document,
                                                 .comparison = database::Comparison::after,
                                                 .instant = youngest}});
  }
  return {};
}

Outcome<void> read_with_children(const Json& parameters, PurgeRequest& request) {
  request.members = read_members(parameters);
  if (request.members && !request.deletes_parent) {
    return fail(FailureKind::invalid_parameter,
                "withChildren removes executions as families: it needs `purgeExecution`",
                "/withChildren");
  }
  return {};
}

Outcome<void> read_expected(const Manifest& manifest, const Json& parameters, const Policy& policy,
                            PurgeRequest& request) {
  WINNOW_TRY(request.expected, expected_plan(parameters));
  if (!request.expected) return {};
  const auto& planned = request.expected->terms;
  WINNOW_CHECK(check_terms(planned, terms_of(manifest, request, policy)));
  hold_to(request, planned.purges.front(), *request.expected);
  return {};
}

// What goes with the rows, and whether they go themselves.
Json what_goes(const PurgeRequest& request) {
  Json goes = Json::array({request.deletes_parent});
  for (const auto* step : request.steps) goes.push_back(step->counter + " of " + step->table);
  return goes;
}

}  // namespace

const Filter* end_beside(const Manifest& manifest, const std::string& order) {
  const auto* end = end_filter(manifest);
  const bool beside = end != nullptr && end->instead && end->instead->column == order;
  return beside ? end : nullptr;
}

bool PurgeRequest::removes_files() const {
  return std::any_of(steps.begin(), steps.end(),
                     [](const PurgeStep* step) { return step->kind == PurgeStep::Kind::files; });
}

const InstantBound* PurgeRequest::bound() const {
  return looking_back(scope.conditions, order);
}

document::Instant PurgeRequest::cutoff() const {
  const auto* date = bound();
  return date == nullptr ? document::Instant{} : date->instant;
}

std::optional<KeepLast> kept(const PurgeRequest& request) {
  if (!request.keep_last) return std::nullopt;
  KeepLast keep{.count = *request.keep_last,
                .column = request.order,
                .document = {},
                .newest_until = request.newest_until};
  if (const auto* date = request.bound()) keep.document = date->document;
  return keep;
}

void hold_to(PurgeRequest& request, const PlannedPurge& planned, const ExpectedPlan& plan) {
  narrow(request.scope, planned.dates);
  request.newest_until = plan.terms.made;
  request.at_most.planned = most_rows(planned.rows, plan.max_drift);
}

PlanTerms terms_of(const Manifest& manifest, const PurgeRequest& request, const Policy& policy) {
  PlanTerms terms{.task = manifest.name,
                  .tenant = request.scope.tenant,
                  .filters = hashes_of(request.scope),
                  .policy = hash_of(policy)};
  terms.filters["purge"] = hash_of(what_goes(request));
  terms.filters["date"] = hash_of(Json(request.order));
  if (request.keep_last) terms.filters["keepLast"] = hash_of(Json(*request.keep_last));
  if (request.members) terms.filters["withChildren"] = hash_of(Json(true));
  terms.purges.push_back({.rows = 0, .dates = dates_of(request.scope)});
  return terms;
}

Outcome<PurgeRequest> read_purge_request(const Manifest& manifest, const Json& parameters,
                                         const Policy& policy) {
  PurgeRequest request;
  WINNOW_TRY(request.scope, read_scope(manifest, parameters, policy));
  request.order = order_of(request.scope);
  const auto is_on = [&](const PurgeStep& step, bool otherwise) {
    if (step.switch_parameter.empty()) return otherwise;
    return parameters.at(step.switch_parameter).get<bool>();
  };
  request.deletes_parent = is_on(manifest.steps.back(), true);
  for (const auto& step : manifest.steps) {
    if (step.kind == PurgeStep::Kind::parent) continue;
    if (is_on(step, request.deletes_parent)) request.steps.push_back(&step);
  }
  if (const auto* time = given(parameters, "batchTime")) {
    request.batch_time = std::chrono::milliseconds(time->get<std::int64_t>());
  }
  WINNOW_TRY(request.pace, wanted_pace(parameters));
  request.dry_run = parameters.at("dryRun").get<bool>();
  request.at_most = wanted_limits(parameters);
  WINNOW_TRY(const auto keep, read_keep_last(manifest, parameters, request.scope));
  if (keep) request.keep_last = keep->count;
  WINNOW_CHECK(read_with_children(parameters, request));
  WINNOW_CHECK(hold_min_age(manifest, policy, request));
  WINNOW_CHECK(read_expected(manifest, parameters, policy, request));
  request.notes = notes_on(manifest, parameters, request.scope);
  request.batch_size = batch_size_of(parameters, request.notes);
  return request;
}

}  // namespace winnow::tasks

#include "tasks/orphans/request.h"

#include <algorithm>

#include "outcome/try.h"
#include "tasks/selection/removal_limits.h"

namespace winnow::tasks {
namespace {

// The task's own, or `policy.min-age` where that is longer.
std::chrono::seconds minimum_age(const Json& parameters, const Policy& policy) {
  const std::chrono::seconds wanted(parameters.at("minimumAge").get<std::int64_t>());
  return std::max(wanted, std::chrono::ceil<std::chrono::seconds>(
                              policy.min_age.value_or(std::chrono::milliseconds(0))));
}

}  // namespace

Outcome<OrphanRowsRequest> read_orphan_rows_request(const Manifest& manifest,
                                                    const Json& parameters, const Policy& policy) {
  WINNOW_TRY(auto scope, read_scope(manifest, parameters, policy));
  WINNOW_TRY(auto pace, wanted_pace(parameters));
  OrphanRowsRequest request{.scope = std::move(scope),
                            .written_until = document::now() - minimum_age(parameters, policy),
                            .pace = std::move(pace),
                            .dry_run = parameters.at("dryRun").get<bool>()};
  request.batch_size = batch_size_of(parameters, request.notes);
  WINNOW_TRY(request.expected, expected_plan(parameters));
  if (!request.expected) return request;
  const auto& planned = request.expected->terms;
  WINNOW_CHECK(check_terms(planned, terms_of(manifest, request, policy)));
  for (const auto& purge : planned.purges) {
    request.written_until = std::min(request.written_until, purge.dates.front());
  }
  return request;
}

PlanTerms terms_of(const Manifest& manifest, const OrphanRowsRequest& request,
                   const Policy& policy) {
  PlanTerms terms{.task = manifest.name,
                  .tenant = request.scope.tenant,
                  .filters = hashes_of(request.scope),
                  .policy = hash_of(policy),
                  .made = document::now()};
  const PlannedPurge nothing{.rows = 0, .dates = {request.written_until}};
  terms.purges.assign(manifest.steps.size(), nothing);
  return terms;
}

Outcome<OrphanFoldersRequest> read_orphan_folders_request(const Manifest& manifest,
                                                          const Json& parameters,
                                                          const Policy& policy) {
  WINNOW_TRY(const auto scope, read_scope(manifest, parameters, policy));
  WINNOW_TRY(const auto from, given_instant(parameters, "startDate"));
  WINNOW_TRY(const auto until, given_instant(parameters, "endDate"));
  WINNOW_TRY(auto pace, wanted_pace(parameters));
  OrphanFoldersRequest request{.tenant = scope.tenant,
                               .name_space = given_string(parameters, "namespace").value_or(""),
                               .flow = given_string(parameters, "flowId").value_or(""),
                               .from = from,
                               .until = until.value(),
                               .minimum_age = minimum_age(parameters, policy),
                               .pace = std::move(pace),
                               .dry_run = parameters.at("dryRun").get<bool>()};
  if (!request.flow.empty() && request.name_space.empty()) {
    return fail(FailureKind::invalid_parameter, "flowId needs `namespace` beside it", "/flowId");
  }
  return request;
}

}  // namespace winnow::tasks

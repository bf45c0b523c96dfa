// The request of a retention task, read once from its parameters and the operator's policy.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tasks/manifest.h"
#include "tasks/pace/pace.h"
#include "tasks/retention/policy.h"
#include "tasks/selection/plan_id.h"
#include "tasks/selection/policy.h"
#include "tasks/selection/removal_limits.h"

namespace winnow::tasks {

struct RetentionRequest {
  std::shared_ptr<const RetentionPolicy> policy;
  // Nothing: the rows without a tenant.
  std::optional<std::string> tenant = {};
  // `tenant`, `batchSize`, `batchTime` and `dryRun` for each purge.
  Json of_each_purge = Json::object();
  std::optional<Pace> pace = {};
  RemovalWishes at_most = {};
  // The plan that the run is held to, checked except for tables, dates and rows. nullptr: none.
  std::shared_ptr<const ExpectedPlan> expected = {};
  bool dry_run = false;
};

// `parameters` match the manifest's schema. Fails as invalid_parameter if the rules are invalid or
// missing; as denied if a flow brings rules although the operator has some, if a rule keeps less
// than `policy.min-age`, or if the tenant is not the policy's.
Outcome<RetentionRequest> read_retention_request(const Json& parameters, const Policy& policy);

}  // namespace winnow::tasks

#include "tasks/retention/request.h"

#include "document/duration.h"
#include "outcome/try.h"
#include "tasks/selection/scope.h"

namespace winnow::tasks {
namespace {

// A message for people has the place in it, as that of any other parameter.
tl::unexpected<Failure> placed(Failure failure) {
  failure.message = failure.pointer + ": " + failure.message;
  return fail(std::move(failure));
}

Outcome<std::shared_ptr<const RetentionPolicy>> rules_of(const Json& parameters,
                                                         const Policy& policy) {
  Json rules = Json::object();
  for (const char* member : kRulesMembers) {
    if (const auto* value = given(parameters, member)) rules[member] = *value;
  }
  if (rules.empty()) {
    if (policy.retention) return policy.retention;
    return fail(FailureKind::invalid_parameter,
                "there are no rules: give `rules` or `otherwise`, or have the operator's "
                "configuration name a file of them (`retention`)",
                "/rules");
  }
  if (policy.retention) {
    return fail(FailureKind::denied,
                "the operator's configuration has the rules (`retention`), and a flow can't bring "
                "its own: leave them out",
                "/rules");
  }
  auto read = read_retention(rules);
  if (!read) return placed(std::move(read.error()));
  return std::make_shared<const RetentionPolicy>(std::move(*read));
}

Outcome<void> check_ages(const std::vector<RetentionRule>& rules, const Policy& policy) {
  for (const auto& rule : rules) {
    if (!rule.keep.age || *rule.keep.age >= *policy.min_age) continue;
    return placed({.kind = FailureKind::denied,
                   .message = document::to_text(*rule.keep.age) + " is less than " +
                              document::to_text(*policy.min_age) +
                              ", below which nothing may go (`policy.min-age` of the "
                              "configuration)",
                   .pointer = rule.pointer + "/keep/age"});
  }
  return {};
}

}  // namespace

Outcome<RetentionRequest> read_retention_request(const Json& parameters, const Policy& policy) {
  RetentionRequest request;
  WINNOW_TRY(request.tenant, allowed_tenant(policy, given_string(parameters, "tenant")));
  WINNOW_TRY(request.policy, rules_of(parameters, policy));
  if (policy.min_age) {
    for (const auto* rules :
         {&request.policy->rules, &request.policy->logs, &request.policy->metrics}) {
      WINNOW_CHECK(check_ages(*rules, policy));
    }
  }
  for (const char* name : {"tenant", "batchSize", "batchTime", "dryRun"}) {
    if (const auto* value = given(parameters, name)) request.of_each_purge[name] = *value;
  }
  WINNOW_TRY(request.pace, wanted_pace(parameters));
  request.at_most = wanted_limits(parameters);
  request.dry_run = parameters.value("dryRun", false);
  WINNOW_TRY(request.expected, expected_plan(parameters));
  return request;
}

}  // namespace winnow::tasks

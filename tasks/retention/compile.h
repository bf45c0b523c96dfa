// Turns rules into purges: what a rule matches, minus what earlier ones match, up to its cutoff.
#pragma once

#include <vector>

#include "document/instant.h"
#include "tasks/purge/request.h"
#include "tasks/retention/request.h"

namespace winnow::tasks {

// A rule for the tenant of the request, and its conditions on a row of its table.
struct MatchedRule {
  const RetentionRule* rule = nullptr;
  Conjunction conditions = {};
};

// The rules for executions, in order. Rules for other tenants are left out.
std::vector<MatchedRule> rules_for_executions(const RetentionRequest& request);

// A rule that deletes something.
struct RulePurge {
  const RetentionRule* rule = nullptr;
  // Owned by the retention's manifest.
  const Manifest* manifest = nullptr;
  PurgeRequest request = {};
  // The conditions of the request's scope besides the rule's match: its cutoff and states.
  Conjunction terms = {};
  // The exceptions of its scope that come from the operator's policy, not from earlier rules.
  std::vector<Conjunction> policy_except = {};
};

// Executions first, so that their logs and metrics are deleted with them; then logs, then metrics.
// Holds have no purge, but later purges exclude what they match. Rules for other tenants have none.
Outcome<std::vector<RulePurge>> purges_of(const Manifest& manifest, const RetentionRequest& request,
                                          const Policy& policy, document::Instant now);

// The rules that decide about the rows of this purge's table, in order; for logs and metrics the
// holds on their executions come first.
std::vector<MatchedRule> rules_for(const Manifest& manifest, const RetentionRequest& request,
                                   const Manifest& purge);

// The instant up to which a rule's executions may be deleted; with `last` alone: any that ended,
// except for `policy.min-age`.
document::Instant cutoff_of(const RetentionRule& rule, const Policy& policy, document::Instant now);

}  // namespace winnow::tasks

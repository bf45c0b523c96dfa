// Rules become purges: what a rule matches, minus what earlier ones match, up to its cutoff.
#pragma once

#include <vector>

#include "document/instant.h"
#include "tasks/purge/request.h"
#include "tasks/retention/request.h"

namespace winnow::tasks {

// A rule that is for the tenant of the request, and what it asks of a row of its table.
struct MatchedRule {
  const RetentionRule* rule = nullptr;
  Conjunction conditions = {};
};

// Of executions, in the order of the rules. Rules for other tenants are left out.
std::vector<MatchedRule> rules_for_executions(const RetentionRequest& request);

// A rule that removes something.
struct RulePurge {
  const RetentionRule* rule = nullptr;
  // Owned by the retention's manifest.
  const Manifest* manifest = nullptr;
  PurgeRequest request = {};
  // Those conditions of the request's scope that are not what the rule matches: its cutoff and
  // states.
  Conjunction terms = {};
  // Those exceptions of its scope that are the operator's policy's, not earlier rules'.
  std::vector<Conjunction> policy_except = {};
};

// Executions first, so that their logs and metrics go with them; then logs, then metrics. Rules
// that hold, and those for other tenants, have none, but are left out of those behind them.
Outcome<std::vector<RulePurge>> purges_of(const Manifest& manifest, const RetentionRequest& request,
                                          const Policy& policy, document::Instant now);

// The rules that decide about the rows of this purge's table, in their order; of logs and metrics
// the rules that hold their executions come first.
std::vector<MatchedRule> rules_for(const Manifest& manifest, const RetentionRequest& request,
                                   const Manifest& purge);

// The instant up to which a rule's executions may go; `last` alone: any that ended, but for
// `policy.min-age`.
document::Instant cutoff_of(const RetentionRule& rule, const Policy& policy, document::Instant now);

}  // namespace winnow::tasks

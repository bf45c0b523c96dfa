// The plan of a policy: the plans of its purges, and one id for all of them.
#pragma once

#include <string>
#include <vector>

#include "tasks/retention/compile.h"
#include "tasks/selection/plan_id.h"

namespace winnow::tasks {

// The terms that bind a run of these purges to their plan, except for tables and rows.
PlanTerms terms_of(const Manifest& manifest, const RetentionRequest& request, const Policy& policy,
                   const std::vector<RulePurge>& purges);

// Builds a plan purge by purge. The arguments must outlive it.
class RetentionPlan {
 public:
  RetentionPlan(const Manifest& manifest, const RetentionRequest& request, const Policy& policy,
                document::Instant now);

  // Adds the plan, or the result of a dry run, of the next purge.
  Outcome<void> add(const Json& purge);
  // Adds the plan of a rule for display. All rules share a server, which is shown once.
  void add_rule(const std::string& pointer, Json purge);

  std::string id() const { return plan_id(terms_); }
  // {"task", "now", "server", "planId", "selected", "namespaces", "estimate", "rules"}.
  Json described() const;

 private:
  PlanTerms terms_;
  document::Instant now_;
  Json server_;
  Json rules_ = Json::array();
};

}  // namespace winnow::tasks

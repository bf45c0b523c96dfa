// The id of a plan: what a run must have in common with the approved plan, and how far it may
// reach. The id itself contains all of that, so nothing is stored between plan and run.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "database/schema.h"
#include "document/instant.h"
#include "tasks/manifest.h"
#include "tasks/selection/policy.h"
#include "tasks/selection/scope.h"

namespace winnow::tasks {

// One purge of a plan: the number of rows that it selects, and the dates of its scope from
// dates_of(). Different dates don't make a different plan, because a flow evaluates `now()` again
// when it runs.
struct PlannedPurge {
  std::int64_t rows = 0;
  std::vector<document::Instant> dates = {};
};

// By name, so that a refusal can say what differs.
using Hashes = std::map<std::string, std::string>;

struct PlanTerms {
  std::string task = {};
  // Nothing: the rows without a tenant.
  std::optional<std::string> tenant = {};
  // For a purge: the compared values of each column, except dates, and what is deleted with its
  // rows. For a retention: its rules.
  Hashes filters = {};
  // `allow`, `protect` and `min-age`, which restrict the selection.
  std::string policy = {};
  // The columns and indexes of each table.
  Hashes tables = {};
  // When it was planned.
  document::Instant made = {};
  // A retention has one per rule that deletes something.
  std::vector<PlannedPurge> purges = {};
};

// Letters, digits, `-`, `_` and one dot: the SHA-256 of the terms, and the terms.
std::string plan_id(const PlanTerms& terms);
// Fails as invalid_parameter at /expectPlan if the id is damaged, or from another version of
// winnow. The hash finds accidents and is not a signature: a forged id allows no more than the
// run's own parameters and the operator's policy.
Outcome<PlanTerms> read_plan_id(std::string_view id);

// A plan that a run is held to: the parameters `expectPlan` and `maxDrift`.
struct ExpectedPlan {
  std::string id;
  PlanTerms terms = {};
  // Percent by which the rows of each purge may differ.
  double max_drift = 0;
};
// nullptr: the run is held to no plan. Fails like read_plan_id().
Outcome<std::shared_ptr<const ExpectedPlan>> expected_plan(const Json& parameters);

// Checks what a task and its run must have in common with the plan, without a database. Fails as
// invalid_parameter at /expectPlan, with the differences.
Outcome<void> check_terms(const PlanTerms& planned, const PlanTerms& own);
// A schema failure at /expectPlan that names the tables that differ.
Outcome<void> check_tables(const Hashes& planned, const Hashes& found);
// A limit failure at /expectPlan. `what` names the rows: "executions", "logs of the rule /logs/0".
Outcome<void> check_drift(std::int64_t planned, std::int64_t found, double max_drift,
                          const std::string& what);
// How many rows may be deleted if this many were planned.
std::int64_t most_rows(std::int64_t planned, double max_drift);

// Every date that the scope compares, in order.
std::vector<document::Instant> dates_of(const Scope& scope);
// Replaces each date by the stricter of its own and the planned one: the run then selects what both
// the plan and its own parameters select, and no row that became old meanwhile. `planned` has as
// many dates as the scope.
void narrow(Scope& scope, const std::vector<document::Instant>& planned);

// The first digits of a SHA-256.
std::string hash_of(const Json& json);
std::string hash_of(const Policy& policy);
Hashes hashes_of(const database::Schema& schema);
// The hashes of a scope's conditions, by column. Dates are left out.
Hashes hashes_of(const Scope& scope);

}  // namespace winnow::tasks

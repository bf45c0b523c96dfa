// The id of a plan: what a run has to have in common with the plan that was approved, and how far
// it may reach. The id itself carries all of that, so that nothing is kept between plan and run.
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

// Of one purge of a plan: the rows that it selects, and the dates of its scope, as dates_of() has
// them. Dates don't tell two plans apart, because a flow renders `now()` again when it runs.
struct PlannedPurge {
  std::int64_t rows = 0;
  std::vector<document::Instant> dates = {};
};

// By name, so that a refusal says what differs.
using Hashes = std::map<std::string, std::string>;

struct PlanTerms {
  std::string task = {};
  // Nothing: the rows without a tenant.
  std::optional<std::string> tenant = {};
  // Of a purge: what it compares each column with, but for dates, and what goes with its rows. Of a
  // retention: its rules.
  Hashes filters = {};
  // `allow`, `protect` and `min-age`, which narrow what is selected.
  std::string policy = {};
  // The columns and indexes of each table.
  Hashes tables = {};
  // When it was planned.
  document::Instant made = {};
  // A retention has one per rule that removes something.
  std::vector<PlannedPurge> purges = {};
};

// Letters, digits, `-`, `_` and one dot: the SHA-256 of the terms, and the terms.
std::string plan_id(const PlanTerms& terms);
// invalid_parameter at /expectPlan where it is damaged, or of another version of winnow. The hash
// finds accidents and is no signature: whoever forges an id still gets no further than the run's
// own parameters and the operator's policy.
Outcome<PlanTerms> read_plan_id(std::string_view id);

// A plan that a run is held to: the parameters `expectPlan` and `maxDrift`.
struct ExpectedPlan {
  std::string id;
  PlanTerms terms = {};
  // Percent by which the rows of each purge may differ.
  double max_drift = 0;
};
// nullptr: the run is held to none. Fails as read_plan_id().
Outcome<std::shared_ptr<const ExpectedPlan>> expected_plan(const Json& parameters);

// What a task and its run have to have in common with the plan before a database is asked.
// invalid_parameter at /expectPlan, with what differs.
Outcome<void> check_terms(const PlanTerms& planned, const PlanTerms& own);
// A schema failure at /expectPlan that names the tables that differ.
Outcome<void> check_tables(const Hashes& planned, const Hashes& found);
// A limit failure at /expectPlan. `what` names the rows: "executions", "logs of the rule /logs/0".
Outcome<void> check_drift(std::int64_t planned, std::int64_t found, double max_drift,
                          const std::string& what);
// How many rows may go where so many were planned.
std::int64_t most_rows(std::int64_t planned, double max_drift);

// Every date that the scope compares, in its order.
std::vector<document::Instant> dates_of(const Scope& scope);
// Each date becomes the narrower one of its own and the planned one: the run then selects what the
// plan and its own parameters select, and no row that became old meanwhile. `planned` has as many
// dates as the scope.
void narrow(Scope& scope, const std::vector<document::Instant>& planned);

// The first digits of a SHA-256.
std::string hash_of(const Json& json);
std::string hash_of(const Policy& policy);
Hashes hashes_of(const database::Schema& schema);
// Of the conditions of a scope, by column. Dates are left out.
Hashes hashes_of(const Scope& scope);

}  // namespace winnow::tasks

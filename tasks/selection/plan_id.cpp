#include "tasks/selection/plan_id.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "document/base64url.h"
#include "document/json_text.h"
#include "document/sha256.h"
#include "outcome/try.h"
#include "tasks/selection/removal_limits.h"

namespace winnow::tasks {
namespace {

using document::Instant;

constexpr int kPlanVersion = 1;
constexpr const char* kPointer = "/expectPlan";
constexpr double kWhole = 100;
// Percent, where the task does not say.
constexpr double kMaxDrift = 5;
// Digits of the hashes inside of an id; the id's own hash is whole.
constexpr std::size_t kDigits = 12;
// Longer than an id of a thousand rules.
constexpr std::size_t kLongestId = 100'000;

tl::unexpected<Failure> refuse_plan(std::string message) {
  return fail(FailureKind::invalid_parameter, std::move(message), kPointer);
}

tl::unexpected<Failure> differs(const std::string& what) {
  return refuse_plan("the plan that `expectPlan` names is another one: " + what +
                     ". Nothing was deleted: plan again and have that plan approved");
}

std::int64_t micros(Instant instant) {
  return instant.time_since_epoch().count();
}
Instant instant_of(const Json& json) {
  return Instant(std::chrono::microseconds(json.get<std::int64_t>()));
}

Json json_of(const PlanTerms& terms) {
  Json purges = Json::array();
  for (const auto& purge : terms.purges) {
    Json numbers = Json::array({purge.rows});
    for (const auto date : purge.dates) numbers.push_back(micros(date));
    purges.push_back(std::move(numbers));
  }
  return {{"version", kPlanVersion},
          {"task", terms.task},
          {"tenant", terms.tenant ? Json(*terms.tenant) : Json()},
          {"filters", terms.filters},
          {"policy", terms.policy},
          {"tables", terms.tables},
          {"made", micros(terms.made)},
          {"purges", std::move(purges)}};
}

std::optional<Hashes> hashes_in(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  Hashes hashes;
  for (const auto& entry : json.items()) {
    if (!entry.value().is_string()) return std::nullopt;
    hashes[entry.key()] = entry.value().get<std::string>();
  }
  return hashes;
}

// The names whose hashes differ: `"logs", "metrics"`. Empty: none.
std::string differing(const Hashes& planned, const Hashes& own) {
  Hashes all = planned;
  all.insert(own.begin(), own.end());
  std::string names;
  for (const auto& [name, hash] : all) {
    const auto before = planned.find(name);
    const auto now = own.find(name);
    if (before != planned.end() && now != own.end() && before->second == now->second) continue;
    names += (names.empty() ? "\"" : ", \"") + name + "\"";
  }
  return names;
}

// Of a text whose hash was right: winnow wrote it, or somebody who meant to.
std::optional<PlanTerms> terms_in(const Json& json) {
  const auto is_string = [&](const char* name) { return json.value(name, Json()).is_string(); };
  if (!is_string("task") || !is_string("policy")) return std::nullopt;
  auto filters = hashes_in(json.value("filters", Json()));
  auto tables = hashes_in(json.value("tables", Json()));
  const auto tenant = json.value("tenant", Json());
  const auto purges = json.value("purges", Json());
  const auto made = json.value("made", Json());
  if (!filters || !tables || !purges.is_array() || !made.is_number_integer()) return std::nullopt;
  PlanTerms terms{.task = json["task"].get<std::string>(),
                  .filters = std::move(*filters),
                  .policy = json["policy"].get<std::string>(),
                  .tables = std::move(*tables),
                  .made = instant_of(made)};
  if (tenant.is_string()) terms.tenant = tenant.get<std::string>();
  for (const auto& numbers : purges) {
    const bool is_purge = numbers.is_array() && !numbers.empty() &&
                          std::all_of(numbers.begin(), numbers.end(),
                                      [](const Json& each) { return each.is_number_integer(); });
    if (!is_purge) return std::nullopt;
    PlannedPurge purge{.rows = numbers[0].get<std::int64_t>()};
    if (purge.rows < 0) return std::nullopt;
    for (std::size_t at = 1; at < numbers.size(); ++at) {
      purge.dates.push_back(instant_of(numbers[at]));
    }
    terms.purges.push_back(std::move(purge));
  }
  return terms;
}

std::string name_of(const std::optional<std::string>& tenant) {
  return tenant ? "\"" + *tenant + "\"" : "none";
}

// `AnyScope`: a Scope, constant or not.
template <class AnyScope, class Visit>
void for_each_date(AnyScope& scope, const Visit& visit) {
  const auto visit_all = [&](auto& conditions, bool excepted) {
    for (auto& condition : conditions) {
      if (auto* bound = std::get_if<InstantBound>(&condition)) visit(*bound, excepted);
    }
  };
  visit_all(scope.conditions, false);
  for (auto& conditions : scope.except) visit_all(conditions, true);
}

Json json_of(const database::Table& table) {
  Json columns = Json::array();
  for (const auto& column : table.columns) {
    columns.push_back(Json::array(
        {column.name, column.type_name, column.nullable, column.collation, column.labels}));
  }
  Json indexes = Json::array();
  for (const auto& index : table.indexes) {
    indexes.push_back(Json::array({index.columns, index.unique, index.partial, index.ordered}));
  }
  std::sort(columns.begin(), columns.end());
  std::sort(indexes.begin(), indexes.end());
  return Json::array({table.schema, columns, table.primary_key, indexes});
}

Json sorted(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  return values;
}

Json json_of(const Equals& condition) {
  return {{"equals", condition.value}};
}
Json json_of(const AnyOf& condition) {
  return {{"anyOf", sorted(condition.values)}};
}
Json json_of(const OneOf& condition) {
  auto values = condition.values;
  for (const auto& pattern : condition.patterns) values.push_back(pattern.text());
  return {{"oneOf", sorted(std::move(values))}, {"negated", condition.negated}};
}
Json json_of(const HasLabel& condition) {
  return {{"label", condition.key},
          {"values", sorted(condition.values)},
          {"negated", condition.negated}};
}
Json json_of(const InNamespace& condition) {
  return {{"namespace", condition.name_space}, {"exact", condition.exact}};
}
Json json_of(const InstantBound& condition) {
  return {{"date", static_cast<int>(condition.comparison)}};
}
Json json_of(const Presence& condition) {
  return {{"present", condition.has_value}};
}

}  // namespace

std::string plan_id(const PlanTerms& terms) {
  const auto text = document::json_line(json_of(terms));
  return document::sha256(text) + "." + document::to_base64url(text);
}

Outcome<PlanTerms> read_plan_id(std::string_view id) {
  constexpr const char* kDamaged =
      "this is no id of a plan, or it is damaged: give the `planId` of a plan or of a dry run, "
      "unchanged";
  const auto dot = id.find('.');
  if (dot == std::string_view::npos || id.size() > kLongestId) return refuse_plan(kDamaged);
  const auto text = document::from_base64url(id.substr(dot + 1));
  if (!text || document::sha256(*text) != id.substr(0, dot)) return refuse_plan(kDamaged);
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) return refuse_plan(kDamaged);
  if (json.value("version", Json()) != kPlanVersion) {
    return refuse_plan("the plan was made by another version of winnow: plan again");
  }
  auto terms = terms_in(json);
  // Each plan has one id: another spelling of the same terms is damaged too.
  if (!terms || plan_id(*terms) != id) return refuse_plan(kDamaged);
  return std::move(*terms);
}

Outcome<std::shared_ptr<const ExpectedPlan>> expected_plan(const Json& parameters) {
  const auto id = given_string(parameters, "expectPlan");
  if (!id) return std::shared_ptr<const ExpectedPlan>();
  ExpectedPlan expected{.id = *id, .max_drift = parameters.value("maxDrift", kMaxDrift)};
  WINNOW_TRY(expected.terms, read_plan_id(*id));
  return std::make_shared<const ExpectedPlan>(std::move(expected));
}

Outcome<void> check_terms(const PlanTerms& planned, const PlanTerms& own) {
  if (planned.task != own.task) {
    return differs("it is of " + planned.task + ", and this is " + own.task);
  }
  if (planned.tenant != own.tenant) {
    return differs("its tenant is " + name_of(planned.tenant) + ", and that of this run is " +
                   name_of(own.tenant));
  }
  if (planned.policy != own.policy) {
    return differs(
        "the operator's policy (`allow`, `protect` or `min-age` of the configuration) has changed");
  }
  if (const auto names = differing(planned.filters, own.filters); !names.empty()) {
    return differs("what it selects or removes is not the same, by " + names);
  }
  if (planned.purges.size() != own.purges.size()) {
    return differs("it has other rules that remove something");
  }
  for (std::size_t at = 0; at < own.purges.size(); ++at) {
    if (planned.purges[at].dates.size() == own.purges[at].dates.size()) continue;
    return differs("this run compares other dates");
  }
  return {};
}

Outcome<void> check_tables(const Hashes& planned, const Hashes& found) {
  const auto names = differing(planned, found);
  if (names.empty()) return {};
  return fail(FailureKind::schema,
              "the database has changed since the plan that `expectPlan` names: columns or indexes "
              "of " +
                  names + " differ. Nothing was deleted: plan again and have that plan approved",
              kPointer);
}

Outcome<void> check_drift(std::int64_t planned, std::int64_t found, double max_drift,
                          const std::string& what) {
  const auto change = static_cast<double>(std::llabs(found - planned));
  if (change * kWhole <= max_drift * static_cast<double>(planned)) return {};
  return fail(FailureKind::limit,
              "this would remove " + std::to_string(found) + " " + what + ", and " +
                  std::to_string(planned) + " were planned, which is more than " +
                  percent_text(max_drift) +
                  " % beside (`maxDrift`). Nothing was deleted: plan again and have that plan "
                  "approved",
              kPointer);
}

std::int64_t most_rows(std::int64_t planned, double max_drift) {
  const auto more = std::floor(static_cast<double>(planned) * max_drift / kWhole);
  return planned + static_cast<std::int64_t>(more);
}

std::vector<Instant> dates_of(const Scope& scope) {
  std::vector<Instant> dates;
  for_each_date(scope, [&](const InstantBound& bound, bool) { dates.push_back(bound.instant); });
  return dates;
}

void narrow(Scope& scope, const std::vector<Instant>& planned) {
  std::size_t at = 0;
  for_each_date(scope, [&](InstantBound& bound, bool excepted) {
    const auto date = planned[at++];
    // Where rows are left out, a wider bound is the narrower selection.
    const bool earlier = database::looks_back(bound.comparison) != excepted;
    bound.instant = earlier ? std::min(bound.instant, date) : std::max(bound.instant, date);
  });
}

std::string hash_of(const Json& json) {
  return document::sha256(document::json_line(json)).substr(0, kDigits);
}

std::string hash_of(const Policy& policy) {
  Json age;
  if (policy.min_age) age = policy.min_age->count();
  return hash_of(Json::array({policy.allow, policy.protect, age}));
}

Hashes hashes_of(const database::Schema& schema) {
  Hashes hashes;
  for (const auto& [name, table] : schema.tables) hashes[name] = hash_of(json_of(table));
  return hashes;
}

Hashes hashes_of(const Scope& scope) {
  std::map<std::string, Json> by_column;
  for (const auto& condition : scope.conditions) {
    auto& all = by_column[column_of(condition)];
    all.push_back(std::visit([](const auto& each) { return json_of(each); }, condition));
  }
  Hashes hashes;
  for (const auto& [column, conditions] : by_column) hashes[column] = hash_of(conditions);
  return hashes;
}

}  // namespace winnow::tasks

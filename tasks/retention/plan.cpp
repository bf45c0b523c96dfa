#include "tasks/retention/plan.h"

#include <map>

#include "outcome/try.h"

namespace winnow::tasks {
namespace {

Json described(const ValueMatch& match) {
  return {{"values", match.values}, {"negated", match.negated}};
}

Json described(const RuleMatch& match) {
  Json all = Json::object();
  for (const auto& field : rule_fields()) {
    if (const auto& values = match.*field.values) all[field.name] = described(*values);
  }
  for (const auto& [label, values] : match.labels) all["labels"][label] = described(values);
  return all;
}

Json described(const Keep& keep) {
  Json all{{"fromStart", keep.from == CountedFrom::start}};
  if (keep.age) all["age"] = keep.age->count();
  if (keep.last) all["last"] = *keep.last;
  return all;
}

// By where each rule stands.
Hashes hashes_of(const RetentionPolicy& policy) {
  Hashes hashes;
  for (const auto* rules : {&policy.rules, &policy.logs, &policy.metrics}) {
    for (const auto& rule : *rules) {
      hashes[rule.pointer] = hash_of(Json::array({described(rule.match), described(rule.keep)}));
    }
  }
  return hashes;
}

PlanTerms terms_without_purges(const Manifest& manifest, const RetentionRequest& request,
                               const Policy& policy) {
  return {.task = manifest.name,
          .tenant = request.tenant,
          .filters = hashes_of(*request.policy),
          .policy = hash_of(policy)};
}

// Adds numbers member by member.
void add_numbers(std::map<std::string, std::int64_t>& all, const Json& numbers) {
  for (const auto& entry : numbers.items()) all[entry.key()] += entry.value().get<std::int64_t>();
}

}  // namespace

PlanTerms terms_of(const Manifest& manifest, const RetentionRequest& request, const Policy& policy,
                   const std::vector<RulePurge>& purges) {
  auto terms = terms_without_purges(manifest, request, policy);
  for (const auto& purge : purges) {
    terms.purges.push_back({.rows = 0, .dates = dates_of(purge.request.scope)});
  }
  return terms;
}

RetentionPlan::RetentionPlan(const Manifest& manifest, const RetentionRequest& request,
                             const Policy& policy, document::Instant now)
    : terms_(terms_without_purges(manifest, request, policy)), now_(now) {
  terms_.made = request.expected ? request.expected->terms.made : now;
}

// The id of each purge's own plan carries what binds it.
Outcome<void> RetentionPlan::add(const Json& purge) {
  WINNOW_TRY(auto own, read_plan_id(purge.at("planId").get<std::string>()));
  terms_.tables.merge(own.tables);
  terms_.purges.push_back(std::move(own.purges.front()));
  return {};
}

void RetentionPlan::add_rule(const std::string& pointer, Json purge) {
  server_ = purge["server"];
  purge.erase("server");
  purge.erase("planId");
  Json rule{{"rule", pointer}};
  rule.update(purge);
  rules_.push_back(std::move(rule));
}

Json RetentionPlan::described() const {
  std::int64_t selected = 0;
  std::map<std::string, std::int64_t> namespaces;
  std::map<std::string, std::int64_t> rows;
  std::map<std::string, std::int64_t> sums;
  for (const auto& rule : rules_) {
    selected += rule["selected"].get<std::int64_t>();
    add_numbers(namespaces, rule["namespaces"]);
    const auto& estimate = rule["estimate"];
    add_numbers(rows, estimate["rows"]);
    for (const char* sum : {"bytes", "milliseconds"})
      sums[sum] += estimate[sum].get<std::int64_t>();
  }
  return {{"task", terms_.task},
          {"now", document::to_text(now_)},
          {"server", server_},
          {"planId", id()},
          {"selected", selected},
          {"namespaces", namespaces},
          {"estimate",
           {{"rows", rows}, {"bytes", sums["bytes"]}, {"milliseconds", sums["milliseconds"]}}},
          {"rules", rules_}};
}

}  // namespace winnow::tasks

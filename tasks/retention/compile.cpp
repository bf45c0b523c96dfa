#include "tasks/retention/compile.h"

#include <algorithm>

#include "document/name_pattern.h"
#include "document/schema.h"
#include "outcome/try.h"

namespace winnow::tasks {
namespace {

OneOf one_of(const ValueMatch& match, const RuleField& field) {
  OneOf one{.column = field.column,
            .document = field.document,
            .negated = match.negated,
            .when_missing = field.when_missing};
  for (const auto& value : match.values) {
    if (field.is_name && document::NamePattern::is_pattern(value)) {
      one.patterns.emplace_back(value);
    } else {
      one.values.push_back(value);
    }
  }
  return one;
}

Conjunction conditions_of(const RuleMatch& match) {
  Conjunction conditions;
  for (const auto& field : rule_fields()) {
    const auto& values = match.*field.values;
    if (values && !field.column.empty()) conditions.emplace_back(one_of(*values, field));
  }
  for (const auto& [key, values] : match.labels) {
    conditions.emplace_back(
        HasLabel{.key = key, .values = values.values, .negated = values.negated});
  }
  return conditions;
}

bool is_for_tenant(const RuleMatch& match, const std::optional<std::string>& tenant) {
  if (!match.tenant) return true;
  const auto& values = match.tenant->values;
  const bool fits = tenant && std::any_of(values.begin(), values.end(), [&](const auto& value) {
                      return document::NamePattern(value).matches(*tenant);
                    });
  return fits != match.tenant->negated;
}

std::vector<MatchedRule> matched(const std::vector<RetentionRule>& rules,
                                 const std::optional<std::string>& tenant) {
  std::vector<MatchedRule> all;
  for (const auto& rule : rules) {
    if (!is_for_tenant(rule.match, tenant)) continue;
    all.push_back({.rule = &rule, .conditions = conditions_of(rule.match)});
  }
  return all;
}

// Whether no execution that the second rule removes can be one that the first matches: they name
// other states.
bool apart(const RetentionRule& first, const RetentionRule& second) {
  if (!first.match.states) return false;
  const auto removed = removable_states(second);
  return std::none_of(removed.begin(), removed.end(), [&](const auto& state) {
    const auto& named = first.match.states->values;
    const bool is_named = std::find(named.begin(), named.end(), state) != named.end();
    return is_named != first.match.states->negated;
  });
}

class Compiler {
 public:
  Compiler(const Manifest& manifest, const RetentionRequest& request, const Policy& policy,
           document::Instant now)
      : manifest_(manifest), request_(request), policy_(policy), now_(now) {}

  Outcome<std::vector<RulePurge>> compile() {
    for (const auto& purge : manifest_.purges) {
      std::vector<MatchedRule> before;
      for (const auto& each : rules_for(manifest_, request_, *purge)) {
        const bool removes = !each.rule->keep.forever();
        if (removes) WINNOW_CHECK(add_purge(each, *purge, before));
        before.push_back(each);
      }
    }
    return std::move(purges_);
  }

 private:
  Outcome<void> add_purge(const MatchedRule& matched, const Manifest& purge,
                          const std::vector<MatchedRule>& before) {
    const auto& rule = *matched.rule;
    auto parameters = request_.of_each_purge;
    parameters["endDate"] = document::to_text(cutoff_of(rule, policy_, now_));
    const bool of_executions = &purge == manifest_.purges[0].get();
    if (of_executions) {
      const auto states = removable_states(rule);
      if (states.empty()) return {};
      parameters["states"] = states;
      parameters["dateFilter"] = rule.keep.from == CountedFrom::start ? "START" : "END";
    }
    parameters = document::with_defaults(purge.schema, std::move(parameters));
    RulePurge made{.rule = &rule, .manifest = &purge};
    auto request = read_purge_request(purge, parameters, policy_);
    if (!request) {
      request.error().message = rule.pointer + ": " + request.error().message;
      request.error().pointer = rule.pointer;
      return fail(std::move(request.error()));
    }
    made.request = std::move(*request);
    auto& scope = made.request.scope;
    made.terms = scope.conditions;
    made.policy_except = scope.except;
    scope.conditions.insert(scope.conditions.end(), matched.conditions.begin(),
                            matched.conditions.end());
    for (const auto& earlier : before) {
      if (of_executions && apart(*earlier.rule, rule)) continue;
      scope.except.push_back(earlier.conditions);
    }
    made.request.keep_last = rule.keep.last;
    made.request.at_most = request_.at_most;
    made.request.by_namespace = true;
    purges_.push_back(std::move(made));
    return {};
  }

  const Manifest& manifest_;
  const RetentionRequest& request_;
  const Policy& policy_;
  const document::Instant now_;
  std::vector<RulePurge> purges_;
};

}  // namespace

std::vector<MatchedRule> rules_for_executions(const RetentionRequest& request) {
  return matched(request.policy->rules, request.tenant);
}

std::vector<MatchedRule> rules_for(const Manifest& manifest, const RetentionRequest& request,
                                   const Manifest& purge) {
  auto executions = rules_for_executions(request);
  if (&purge == manifest.purges[0].get()) return executions;
  // What no rule matches stays with its logs where `otherwise` says so, unless a rule for logs says
  // more.
  std::erase_if(executions, [](const auto& each) {
    return !each.rule->keep.forever() || each.rule->is_otherwise();
  });
  const bool of_logs = &purge == manifest.purges[1].get();
  auto rules = std::move(executions);
  for (auto& each :
       matched(of_logs ? request.policy->logs : request.policy->metrics, request.tenant)) {
    rules.push_back(std::move(each));
  }
  return rules;
}

Outcome<std::vector<RulePurge>> purges_of(const Manifest& manifest, const RetentionRequest& request,
                                          const Policy& policy, document::Instant now) {
  return Compiler(manifest, request, policy, now).compile();
}

document::Instant cutoff_of(const RetentionRule& rule, const Policy& policy,
                            document::Instant now) {
  return rule.keep.age ? now - *rule.keep.age : youngest_removable(policy, now);
}

}  // namespace winnow::tasks

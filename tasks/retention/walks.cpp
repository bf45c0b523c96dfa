#include "tasks/retention/walks.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "document/name_pattern.h"
#include "outcome/try.h"

namespace winnow::tasks {
namespace {

// Names that an index leads to, written out.
bool is_exact(const std::optional<ValueMatch>& match) {
  if (!match || match->negated) return false;
  return std::none_of(match->values.begin(), match->values.end(),
                      [](const auto& value) { return document::NamePattern::is_pattern(value); });
}

bool is_broad(const RulePurge& purge) {
  const auto& match = purge.rule->match;
  return !is_exact(match.name_space) && !is_exact(match.flow_id);
}

bool ends_earlier(const RulePurge& one, const RulePurge& other) {
  return one.request.cutoff() < other.request.cutoff();
}

const AnyOf* any_of(const Conjunction& conditions, const std::string& column) {
  for (const auto& condition : conditions) {
    const auto* any = std::get_if<AnyOf>(&condition);
    if (any != nullptr && any->column == column) return any;
  }
  return nullptr;
}

// The values of the column that any of the members asks for; nothing where one asks for none.
std::optional<AnyOf> any_of_all(const std::vector<const RulePurge*>& members,
                                const std::string& column) {
  AnyOf all{.column = column, .values = {}};
  for (const auto* member : members) {
    const auto* own = any_of(member->terms, column);
    if (own == nullptr) return std::nullopt;
    for (const auto& value : own->values) {
      if (std::find(all.values.begin(), all.values.end(), value) == all.values.end()) {
        all.values.push_back(value);
      }
    }
  }
  return all;
}

// All that the walk selects: what its tenant may lose up to the latest of the cutoffs, in a state
// that one of the rules removes.
PurgeRequest wide_request(const std::vector<const RulePurge*>& members) {
  const auto* latest = *std::max_element(
      members.begin(), members.end(),
      [](const auto* one, const auto* other) { return ends_earlier(*one, *other); });
  auto wide = latest->request;
  auto& scope = wide.scope;
  scope.conditions = {Condition(*latest->request.bound())};
  for (const auto& term : latest->terms) {
    if (!std::holds_alternative<AnyOf>(term)) continue;
    if (auto values = any_of_all(members, column_of(term))) {
      scope.conditions.emplace_back(std::move(*values));
    }
  }
  scope.except = latest->policy_except;
  // The walk removes nothing; what it finds is exact, so that it can be counted.
  wide.dry_run = true;
  wide.expected = nullptr;
  wide.allowance.reset();
  wide.notes.clear();
  return wide;
}

std::size_t place_of(const Manifest& manifest, const Manifest& purge) {
  const auto& purges = manifest.purges;
  const auto found = std::find_if(purges.begin(), purges.end(),
                                  [&](const auto& each) { return each.get() == &purge; });
  return static_cast<std::size_t>(found - purges.begin());
}

std::vector<Part> parts_of(const std::vector<MatchedRule>& rules,
                           const std::vector<const RulePurge*>& members) {
  std::vector<Part> parts;
  std::int32_t next = 0;
  for (const auto& each : rules) {
    Part part{.match = each.conditions};
    const auto purge = std::find_if(members.begin(), members.end(),
                                    [&](const auto* member) { return member->rule == each.rule; });
    if (purge != members.end()) {
      part.terms = (*purge)->terms;
      part.number = next++;
    }
    parts.push_back(std::move(part));
    // What the others match is of none anyway.
    if (next == std::ssize(members)) break;
  }
  return parts;
}

}  // namespace

RuleWalks::RuleWalks(const Manifest& manifest, const RetentionRequest& request,
                     const std::vector<RulePurge>& purges)
    : purges_(purges) {
  std::map<std::pair<std::size_t, std::string>, std::vector<std::size_t>> alike;
  for (std::size_t at = 0; at < purges.size(); ++at) {
    const auto& each = purges[at].request;
    const bool has_newest = each.keep_last.has_value();
    if (!has_newest && each.bound() != nullptr) {
      alike[{place_of(manifest, *purges[at].manifest), each.order}].push_back(at);
    }
  }
  for (const auto& [table, places] : alike) {
    std::vector<const RulePurge*> members;
    members.reserve(places.size());
    for (const auto place : places) members.push_back(&purges[place]);
    const bool reads_most = std::any_of(members.begin(), members.end(),
                                        [](const auto* member) { return is_broad(*member); });
    if (members.size() < 2 || !reads_most) continue;
    const auto& purge = *manifest.purges[table.first];
    groups_.push_back({.purges = places,
                       .walk = {.manifest = &purge,
                                .request = wide_request(members),
                                .parts = parts_of(rules_for(manifest, request, purge), members)}});
  }
}

Outcome<FoundRows*> RuleWalks::rows_for(std::size_t purge, const Context& context,
                                        PurgeSession& session) {
  for (auto& group : groups_) {
    const auto place = std::find(group.purges.begin(), group.purges.end(), purge);
    if (place == group.purges.end()) continue;
    if (!std::exchange(group.walked, true)) {
      auto found = find_rows(group.walk, context, session);
      // Each walks by itself then: it asks again until its retries are used up, and needs no room
      // for what was found.
      const bool alone =
          !found && (found.error().retryable || found.error().kind == FailureKind::storage);
      if (alone) return nullptr;
      WINNOW_TRY(group.found, std::move(found));
    }
    if (group.found.empty()) return nullptr;
    return group.found[static_cast<std::size_t>(place - group.purges.begin())].get();
  }
  return nullptr;
}

Outcome<Json> RuleWalks::described(const Context& context, PurgeSession& session) const {
  auto described = Json::array();
  for (const auto& group : groups_) {
    auto rules = Json::array();
    for (const auto purge : group.purges) rules.push_back(purges_[purge].rule->pointer);
    WINNOW_TRY(auto statements, describe_walk(group.walk, context, session));
    if (statements.empty()) continue;
    described.push_back({{"rules", std::move(rules)}, {"statements", std::move(statements)}});
  }
  return described;
}

}  // namespace winnow::tasks

#include "tasks/retention/implication.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "document/name_pattern.h"
#include "tasks/selection/states.h"

namespace winnow::tasks {
namespace {

using Values = std::vector<std::string>;
using Covers = std::function<bool(std::string_view, std::string_view)>;

bool same(std::string_view outer, std::string_view inner) {
  return outer == inner;
}

bool any_covers(const Values& outer, std::string_view inner, const Covers& covers) {
  return std::any_of(outer.begin(), outer.end(),
                     [&](const auto& value) { return covers(value, inner); });
}

bool all_covered(const Values& outer, const Values& inner, const Covers& covers) {
  return std::all_of(inner.begin(), inner.end(),
                     [&](const auto& value) { return any_covers(outer, value, covers); });
}

bool one_covers(const ValueMatch& outer, const ValueMatch& inner, const Covers& covers) {
  if (!outer.negated && !inner.negated) return all_covered(outer.values, inner.values, covers);
  if (outer.negated && inner.negated) return all_covered(inner.values, outer.values, covers);
  if (!outer.negated) return false;
  // Apart for certain: a plain value that no value of the other stands for.
  return std::none_of(inner.values.begin(), inner.values.end(), [&](const auto& value) {
    return document::NamePattern::is_pattern(value) || any_covers(outer.values, value, covers);
  });
}

bool maybe_covers(const std::optional<ValueMatch>& outer, const std::optional<ValueMatch>& inner,
                  const Covers& covers) {
  if (!outer) return true;
  return inner && one_covers(*outer, *inner, covers);
}

// Every row has a namespace and a flow: `**` asks nothing of them.
std::optional<ValueMatch> asked(const std::optional<ValueMatch>& names) {
  const bool any = names && !names->negated && any_covers(names->values, "**", pattern_covers);
  return any ? std::nullopt : names;
}

// There are so many states and no others, so that a negation is a list too.
std::optional<ValueMatch> listed(const std::optional<ValueMatch>& states) {
  if (!states || !states->negated) return states;
  ValueMatch list;
  for (const auto* all : {&terminal_states(), &unfinished_states()}) {
    std::copy_if(all->begin(), all->end(), std::back_inserter(list.values),
                 [&](const auto& state) { return !any_covers(states->values, state, same); });
  }
  return list;
}

}  // namespace

bool pattern_covers(std::string_view outer, std::string_view inner) {
  return document::NamePattern(outer).covers(document::NamePattern(inner));
}

bool covers(const RuleMatch& outer, const RuleMatch& inner) {
  const bool labels = std::all_of(outer.labels.begin(), outer.labels.end(), [&](const auto& label) {
    const auto found = inner.labels.find(label.first);
    return found != inner.labels.end() && one_covers(label.second, found->second, same);
  });
  return labels && maybe_covers(outer.tenant, inner.tenant, pattern_covers) &&
         maybe_covers(asked(outer.name_space), inner.name_space, pattern_covers) &&
         maybe_covers(asked(outer.flow_id), inner.flow_id, pattern_covers) &&
         maybe_covers(listed(outer.states), listed(inner.states), same) &&
         maybe_covers(outer.kind, inner.kind, same) &&
         maybe_covers(outer.trigger, inner.trigger, same) &&
         maybe_covers(outer.levels, inner.levels, same);
}

}  // namespace winnow::tasks

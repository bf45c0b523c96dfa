#include "tasks/retention/implication.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <vector>

#include "document/name_pattern.h"

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

// Every row has a namespace and a flow: `**` asks nothing of them.
bool asks_nothing(const RuleField& field, const ValueMatch& match) {
  const bool is_of_every_row = field.is_name && !field.column.empty();
  return is_of_every_row && !match.negated && any_covers(match.values, "**", pattern_covers);
}

// There are so many states and no others, so that a negation is a list too.
ValueMatch listed(const RuleField& field, const ValueMatch& match) {
  if (field.values != &RuleMatch::states || !match.negated) return match;
  ValueMatch list;
  std::copy_if(field.known.begin(), field.known.end(), std::back_inserter(list.values),
               [&](const auto& state) { return !any_covers(match.values, state, same); });
  return list;
}

bool field_covers(const RuleField& field, const RuleMatch& outer, const RuleMatch& inner) {
  const auto& wide = outer.*field.values;
  if (!wide || asks_nothing(field, *wide)) return true;
  const auto& narrow = inner.*field.values;
  return narrow && one_covers(listed(field, *wide), listed(field, *narrow),
                              field.is_name ? pattern_covers : same);
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
  const auto& fields = rule_fields();
  return labels && std::all_of(fields.begin(), fields.end(), [&](const auto& field) {
           return field_covers(field, outer, inner);
         });
}

}  // namespace winnow::tasks

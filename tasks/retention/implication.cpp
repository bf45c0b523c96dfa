#include "tasks/retention/implication.h"

#include <algorithm>
#include <functional>
#include <vector>

namespace winnow::tasks {
namespace {

using Values = std::vector<std::string>;
using Covers = std::function<bool(std::string_view, std::string_view)>;

std::vector<std::string_view> parts_of(std::string_view pattern) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto dot = pattern.find('.');
    parts.push_back(pattern.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    pattern.remove_prefix(dot + 1);
  }
}

// Within one part. A `*` of the inner one stands for any letters, so only a `*` takes it.
bool part_covers(std::string_view outer, std::string_view inner) {
  if (outer.empty()) return inner.empty();
  if (outer.front() == '*') {
    return part_covers(outer.substr(1), inner) ||
           (!inner.empty() && part_covers(outer, inner.substr(1)));
  }
  return !inner.empty() && outer.front() == inner.front() &&
         part_covers(outer.substr(1), inner.substr(1));
}

using Parts = std::vector<std::string_view>;

bool parts_cover(const Parts& outer, std::size_t at, const Parts& inner, std::size_t from) {
  if (at == outer.size()) return from == inner.size();
  if (outer[at] == "**") {
    return parts_cover(outer, at + 1, inner, from) ||
           (from < inner.size() && parts_cover(outer, at, inner, from + 1));
  }
  // The `**` of the inner one stands for any number of parts.
  if (from == inner.size() || inner[from] == "**") return false;
  return part_covers(outer[at], inner[from]) && parts_cover(outer, at + 1, inner, from + 1);
}

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

bool is_pattern(std::string_view value) {
  return value.find('*') != std::string_view::npos;
}

bool one_covers(const ValueMatch& outer, const ValueMatch& inner, const Covers& covers) {
  if (!outer.negated && !inner.negated) return all_covered(outer.values, inner.values, covers);
  if (outer.negated && inner.negated) return all_covered(inner.values, outer.values, covers);
  if (!outer.negated) return false;
  // Apart for certain: a plain value that no value of the other stands for.
  return std::none_of(inner.values.begin(), inner.values.end(), [&](const auto& value) {
    return is_pattern(value) || any_covers(outer.values, value, covers);
  });
}

bool maybe_covers(const std::optional<ValueMatch>& outer, const std::optional<ValueMatch>& inner,
                  const Covers& covers) {
  if (!outer) return true;
  return inner && one_covers(*outer, *inner, covers);
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
  return parts_cover(parts_of(outer), 0, parts_of(inner), 0);
}

bool covers(const RuleMatch& outer, const RuleMatch& inner) {
  const bool labels = std::all_of(outer.labels.begin(), outer.labels.end(), [&](const auto& label) {
    const auto found = inner.labels.find(label.first);
    return found != inner.labels.end() && one_covers(label.second, found->second, same);
  });
  return labels && maybe_covers(outer.tenant, inner.tenant, pattern_covers) &&
         maybe_covers(outer.name_space, inner.name_space, pattern_covers) &&
         maybe_covers(outer.flow_id, inner.flow_id, pattern_covers) &&
         maybe_covers(listed(outer.states), listed(inner.states), same) &&
         maybe_covers(outer.kind, inner.kind, same) &&
         maybe_covers(outer.trigger, inner.trigger, same) &&
         maybe_covers(outer.levels, inner.levels, same);
}

}  // namespace winnow::tasks

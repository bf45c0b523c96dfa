#include "tasks/families/members.h"

#include "tasks/selection/states.h"

namespace winnow::tasks {

std::optional<AnyOf> read_members(const Json& parameters) {
  if (!parameters.value("withChildren", false)) return std::nullopt;
  AnyOf states{.column = "state_current", .values = terminal_states()};
  if (const auto* named = given(parameters, "states"); named != nullptr) {
    for (const auto& state : *named) states.values.push_back(state.get<std::string>());
  }
  return states;
}

Scope scope_of_members(const Scope& scope, const AnyOf& states) {
  auto members = scope;
  members.with_deleted = true;
  members.conditions = {states};
  for (const auto& condition : scope.conditions) {
    const auto* bound = std::get_if<InstantBound>(&condition);
    if (bound != nullptr && database::looks_back(bound->comparison)) {
      members.conditions.emplace_back(*bound);
    }
  }
  return members;
}

}  // namespace winnow::tasks

// Which executions may go with the root of their family (the parameter withChildren).
#pragma once

#include <optional>

#include "tasks/manifest.h"
#include "tasks/selection/scope.h"

namespace winnow::tasks {

// With withChildren: the states in which an execution has ended, and those that the parameter
// `states` names beside them. Nothing: each execution stands for itself.
std::optional<AnyOf> read_members(const Json& parameters);

// The filters of `scope` say what a family begins with: what goes with that is held by its dates,
// its state and the policy, and goes marked deleted too.
Scope scope_of_members(const Scope& scope, const AnyOf& states);

}  // namespace winnow::tasks

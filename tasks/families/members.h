// Which executions may go with the root of their family (the parameter withChildren).
#pragma once

#include <optional>

#include "tasks/manifest.h"
#include "tasks/selection/scope.h"

namespace winnow::tasks {

// With withChildren: the states in which an execution has ended, and those that the parameter
// `states` adds. Nothing: each execution is handled by itself.
std::optional<AnyOf> read_members(const Json& parameters);

// The filters of `scope` select the roots of families: for their descendants only the dates, the
// state and the policy decide, and descendants marked deleted are included.
Scope scope_of_members(const Scope& scope, const AnyOf& states);

}  // namespace winnow::tasks

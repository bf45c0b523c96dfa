// A task's parameters: evaluates their expressions and converts their values to the types of the
// task's JSON Schema.
#pragma once

#include <string>

#include "hosts/cli/flow/flow.h"
#include "hosts/cli/flow/rendering.h"

namespace winnow::cli {

// Which of a task's parameters to render: those that can be rendered before any task ran, or all.
enum class Readiness { before_any_task, now };

// By Kestra's rules, a string in place of a number, a boolean, a list or a map is read as one. An
// expression without a value counts as absent for a number or a boolean, and is refused for a
// string or a list: as a filter it would select everything. With Readiness::before_any_task the
// parameters that use outputs are left out.
Outcome<Json> render_parameters(const Flow& flow, const FlowTask& task, const Json& schema,
                                const expression::Scope& scope, Readiness readiness);

}  // namespace winnow::cli

// A task's parameters: their expressions evaluated, their values in the types that the task's JSON
// Schema asks for.
#pragma once

#include <string>

#include "hosts/cli/flow/flow.h"
#include "hosts/cli/flow/rendering.h"

namespace winnow::cli {

// Which of a task's parameters are rendered: those that can be before any task ran, or all.
enum class Readiness { before_any_task, now };

// By Kestra's rules, a string that stands where the schema wants a number, a boolean, a list or a
// map is read as one. An expression that gives nothing counts as absent where a number or a boolean
// is wanted, and is refused for a string or a list: as a filter it would mean everything. With
// Readiness::before_any_task the parameters that use outputs are left out.
Outcome<Json> render_parameters(const Flow& flow, const FlowTask& task, const Json& schema,
                                const expression::Scope& scope, Readiness readiness);

}  // namespace winnow::cli

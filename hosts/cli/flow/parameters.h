// A task's parameters: their expressions evaluated, their values in the types that the task's JSON
// Schema asks for.
#pragma once

#include <string>

#include "hosts/cli/flow/flow.h"
#include "hosts/cli/flow/rendering.h"

namespace winnow::cli {

// Which of a task's parameters are rendered: those that can be before any task ran, or all.
enum class Readiness { before_any_task, now };

// Whether a text in the value uses what an earlier task gave.
bool uses_outputs(const Json& value);

// By Kestra's rules:
// - a text that stands where the schema wants a number, a boolean, a list or a map is read as one;
// - a parameter that is null in the file is as good as absent; so is an expression that gives
// nothing, where a number or a
//   boolean is wanted;
// - an expression that gives nothing for a text or a list is refused: as a filter it would mean
// everything. With Readiness::before_any_task the parameters that use outputs are left out.
Outcome<Json> render_parameters(const Flow& flow, const FlowTask& task, const Json& schema,
                                const expression::Scope& scope, Readiness readiness);

}  // namespace winnow::cli

// The variables of a flow's expressions at its start.
#pragma once

#include "hosts/cli/expression/language/callable.h"
#include "hosts/cli/flow/flow.h"

namespace winnow::cli {

// flow, vars, execution and envs; inputs and outputs are added elsewhere. The clock is read here,
// once: `now()` is the same in every expression of the run.
expression::Scope initial_scope(const Flow& flow);

}  // namespace winnow::cli

// Checks before anything runs that every variable which a flow's expressions use will be there.
#pragma once

#include <map>
#include <string>

#include "hosts/cli/expression/language/evaluator.h"
#include "hosts/cli/flow/flow.h"

namespace winnow::cli {

// The outputs of the tasks that run before: task id -> JSON Schema of its outputs.
using EarlierOutputs = std::map<std::string, Json>;

// What is wrong with the use, or nothing. What `??`, default or `is defined` catches is right.
std::string wrong_use(const expression::Reference& reference, const expression::Scope& scope,
                      const EarlierOutputs& earlier);

}  // namespace winnow::cli

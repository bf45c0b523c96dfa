// A flow's inputs: the values of the command line, or the defaults, in the types that the flow
// declares.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hosts/cli/expression/language/callable.h"
#include "hosts/cli/flow/flow.h"

namespace winnow::cli {

// `name=value` each. Refuses malformed ones, duplicate names and values that are not UTF-8.
Outcome<std::map<std::string, std::string>> read_assignments(const std::vector<std::string>& given);

// Every input of the flow; one that is neither given nor required is null, as in Kestra. Defaults
// may use the inputs before them. Fails for an unknown name, a missing required input, and a value
// that does not fit its type.
Outcome<Json> resolve_inputs(const Flow& flow, const std::map<std::string, std::string>& given,
                             const expression::Scope& scope);

}  // namespace winnow::cli

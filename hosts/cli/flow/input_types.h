// The types that an input of a flow may have.
#pragma once

#include <string>
#include <vector>

#include "hosts/cli/flow/flow.h"

namespace winnow::cli {

// Refuses an unknown type, one that can't be given to this command, and a choice without `values`.
Outcome<void> check_input(const document::Document& flow, const FlowInput& input);

// `value` in the input's type; a string is read as that type. The failure says what the value must
// be: "must be ...".
Outcome<Json> typed_input(const FlowInput& input, const Json& value);

// STRING, INT, ...
std::vector<std::string> input_type_names();

}  // namespace winnow::cli

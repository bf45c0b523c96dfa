// The types that an input of a flow may have.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "hosts/cli/flow/flow.h"

namespace winnow::cli {

struct InputMistake {
  std::string key;  // of the input's definition
  std::string message;
};

// Whether the definition is one: a known type, `values` where the type chooses among them.
tl::expected<void, InputMistake> check_input(const FlowInput& input);

// `value` in the input's type, where a text is read as that type; or what is wrong with it: "must
// be ...".
tl::expected<Json, std::string> typed_input(const FlowInput& input, const Json& value);

}  // namespace winnow::cli

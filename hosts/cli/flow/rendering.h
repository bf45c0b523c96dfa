// Evaluates the expressions of a flow's values, and says where in the file a mistake stands.
#pragma once

#include <functional>
#include <string>

#include "hosts/cli/expression/language/template.h"
#include "hosts/cli/flow/flow.h"

namespace winnow::cli {

// A value of the flow.
struct Place {
  const document::Document& document;
  std::string pointer;
};

// The value with every string in it evaluated; the keys of maps are left as they are.
Outcome<Json> rendered(const Json& value, const Place& place, const expression::Scope& scope);

// As a string: null is the empty one.
Outcome<std::string> rendered_string(const Json& value, const Place& place,
                                     const expression::Scope& scope);

// Calls `check` for every variable that a string in the value uses. It returns what is wrong with
// that use, or an empty string. Fails where it does, and where a string is no expression.
using ReferenceCheck = std::function<std::string(const expression::Reference&)>;
Outcome<void> check_references(const Json& value, const Place& place, const ReferenceCheck& check);

bool has_expression(const Json& value);

}  // namespace winnow::cli

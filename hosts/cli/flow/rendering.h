// Evaluates the expressions of a flow's values, and names the place of a mistake in the file.
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

// The value with every string in it evaluated; the keys of maps stay unchanged.
Outcome<Json> rendered(const Json& value, const Place& place, const expression::Scope& scope);

// As a string; null is the empty string.
Outcome<std::string> rendered_string(const Json& value, const Place& place,
                                     const expression::Scope& scope);

// Calls `check` for every variable that a string in the value uses. `check` returns the mistake in
// that use, or an empty string. Fails at a mistake, and for a string with an invalid expression.
using ReferenceCheck = std::function<std::string(const expression::Reference&)>;
Outcome<void> check_references(const Json& value, const Place& place, const ReferenceCheck& check);

bool has_expression(const Json& value);

}  // namespace winnow::cli

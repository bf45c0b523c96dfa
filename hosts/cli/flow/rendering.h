// Evaluates the expressions of a flow's values, and says of a mistake where in the file it stands.
#pragma once

#include <functional>
#include <string>

#include "hosts/cli/expression/language/template.h"
#include "hosts/cli/flow/flow.h"

namespace winnow::cli {

// A text of the flow.
struct Place {
  const document::Document& document;
  std::string pointer;
};

// The value with every text in it evaluated; the keys of maps are left as they are.
Outcome<Json> rendered(const Json& value, const Place& place, const expression::Scope& scope);

// As a text: null is the empty one.
Outcome<std::string> rendered_text(const Json& value, const Place& place,
                                   const expression::Scope& scope);

// Calls `use` for every variable that a text in the value uses, with the place of that text. Fails
// where a text is no expression, or where `use` does: it returns what is wrong with the variable,
// or nothing.
using Use = std::function<std::string(const expression::Reference&)>;
Outcome<void> check_uses(const Json& value, const Place& place, const Use& use);

}  // namespace winnow::cli

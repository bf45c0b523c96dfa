// Values that stand in an expression as they are.
#pragma once

#include <optional>

#include "document/yaml.h"
#include "hosts/cli/expression/language/lexer.h"
#include "hosts/cli/expression/language/problem.h"

namespace winnow::cli::expression {

// Texts, numbers, true, false and null; nothing for any other token. A number that doesn't fit is
// refused.
Result<std::optional<document::Json>> literal(const Token& token);

}  // namespace winnow::cli::expression

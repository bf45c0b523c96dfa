// Failures of expressions.
#pragma once

#include <string>
#include <utility>

#include "outcome/failure.h"

namespace winnow::cli::expression {

// The evaluator adds the place in the expression to the message.
inline tl::unexpected<Failure> refuse(std::string message) {
  return fail(FailureKind::invalid_parameter, std::move(message));
}

}  // namespace winnow::cli::expression

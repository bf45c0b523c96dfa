// A mistake in an expression, and its place in the string.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "outcome/failure.h"

namespace winnow::cli::expression {

// `MESSAGE, at column 4 of "{{ noww() }}"`; for a string with several lines the line is named too.
// The kind is invalid_parameter.
tl::unexpected<Failure> mistake(std::string_view source, std::size_t offset,
                                const std::string& message);

}  // namespace winnow::cli::expression

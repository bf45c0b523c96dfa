// The forms of a filter's value in parameters and in rules: one value, a list of alternative
// values, and {not: ...} of either.
#pragma once

#include <string>

#include "tasks/selection/scope.h"

namespace winnow::tasks {

// Whether `*` and `**` in a value are wildcards (document/name_pattern.h) or plain characters.
enum class Wildcards { read, none };

// `one` with the values, patterns and negation of `value` added. Fails as invalid_parameter, at or
// below `pointer`, if the value is malformed, a list is empty or a pattern is invalid.
Outcome<OneOf> read_one_of(OneOf one, const Json& value, const std::string& pointer,
                           Wildcards wildcards);

// Fails as invalid_parameter if this can be neither a name nor a pattern of names.
Outcome<void> check_name(const std::string& name, const std::string& pointer);

// {env: prod, team: [a, b], tier: {not: trial}}: one condition per label; all must hold. Kestra's
// labels are strings: a whole number or a boolean is read as the string of its text. Fails as
// above.
Outcome<Conjunction> read_labels(const Json& labels, const std::string& pointer);

}  // namespace winnow::tasks

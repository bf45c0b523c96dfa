// The forms that a filter's value has in parameters and in rules: one value, a list of values of
// which one is meant, and {not: ...} of either.
#pragma once

#include <string>

#include "tasks/selection/scope.h"

namespace winnow::tasks {

// Whether `*` and `**` in a value are wildcards (document/name_pattern.h), or stand for themselves.
enum class Wildcards { read, none };

// `one` with the values, patterns and negation of `value` added. invalid_parameter, with `pointer`
// or what lies below it, where the value has another form, a list is empty or a pattern is wrong.
Outcome<OneOf> read_one_of(OneOf one, const Json& value, const std::string& pointer,
                           Wildcards wildcards);

// invalid_parameter where no name and no pattern of names can be spelt so.
Outcome<void> check_name(const std::string& name, const std::string& pointer);

// {env: prod, team: [a, b], tier: {not: trial}}: a condition for each label, all of which hold.
// Kestra's labels are strings: a whole number or a boolean is taken for the string that it is
// written as. Refused as above.
Outcome<Conjunction> read_labels(const Json& labels, const std::string& pointer);

}  // namespace winnow::tasks

// Whether one rule matches everything that another matches: after such a rule the other never
// decides.
#pragma once

#include <string_view>

#include "tasks/retention/policy.h"

namespace winnow::tasks {

// True only if it is certain that `outer` matches every execution, log or metric that `inner`
// matches; compares each condition separately.
bool covers(const RuleMatch& outer, const RuleMatch& inner);

// The same for two names or patterns of names.
bool pattern_covers(std::string_view outer, std::string_view inner);

}  // namespace winnow::tasks

// Whether one rule's match holds wherever another's does: a rule behind such a one never decides.
#pragma once

#include <string_view>

#include "tasks/retention/policy.h"

namespace winnow::tasks {

// True only where it is certain: every execution, log or metric that `inner` matches is matched by
// `outer` too, each condition by itself.
bool covers(const RuleMatch& outer, const RuleMatch& inner);

// The same for two names or patterns of names.
bool pattern_covers(std::string_view outer, std::string_view inner);

}  // namespace winnow::tasks

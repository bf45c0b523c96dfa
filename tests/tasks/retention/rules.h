// Random retention policies, and what random worlds also need for their rules to match.
#pragma once

#include <random>

#include "tests/tasks/retention/oracle.h"

namespace winnow::tests {

// Labels, a kind and a trigger for an execution's document, or none of them.
void adorn(Json& execution, std::mt19937_64& random);

// A policy that winnow accepts, and a moment at which some of it has an effect.
Moment random_moment(std::mt19937_64& random);

}  // namespace winnow::tests

// The meaning of vtgate's errors: it says in words what MySQL says by numbers, and uses MySQL's
// numbers with other meanings.
#pragma once

#include "outcome/failure.h"

namespace winnow::database {

// Corrects a failure that was interpreted by MySQL's numbers, and shortens its message, to which
// vtgate adds the statement and its values.
void read_vitess_failure(Failure& failure);

}  // namespace winnow::database

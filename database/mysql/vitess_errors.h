// What vtgate's errors mean: it says by words what MySQL says by numbers, and gives numbers of
// MySQL's that mean something else.
#pragma once

#include "outcome/failure.h"

namespace winnow::database {

// Corrects a failure that was read by MySQL's numbers, and shortens its message: vtgate adds the
// statement and its values.
void read_vitess_failure(Failure& failure);

}  // namespace winnow::database

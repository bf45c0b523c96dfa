// What a driver tells a listing of the catalog is less than what a deletion has to know.
#pragma once

#include "database/schema.h"

namespace winnow::database {

// A schema that was read without what only a deletion has to know. Should one be planned by it all
// the same, it is refused, and what nobody asked is taken for what hinders most.
Schema for_reading(Schema schema);

}  // namespace winnow::database

// A driver reads less of the catalog for a listing than a deletion needs.
#pragma once

#include "database/schema.h"

namespace winnow::database {

// Marks a schema that was read without the parts that only a deletion needs. A deletion that is
// planned with it anyway is refused, and every unknown is assumed to be the worst case.
Schema for_reading(Schema schema);

}  // namespace winnow::database

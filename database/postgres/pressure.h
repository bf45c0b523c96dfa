// Reads the figures of PostgreSQL to which a purge gives way.
#pragma once

#include <string_view>

#include "database/pressure.h"
#include "outcome/failure.h"

namespace winnow::database {

// One row, one column: a JSON document for postgres_pressure(). Sessions of winnow's are those of
// the same role that have its application_name. Only roles in pg_monitor may see how far replicas
// are.
Statement postgres_pressure_statement(const PressureQuestion& question);
Outcome<Pressure> postgres_pressure(std::string_view json);

// For a replica: how many of these positions it has applied. A server that is no longer a replica
// has applied all.
Statement postgres_applied_statement(TextList positions);

}  // namespace winnow::database

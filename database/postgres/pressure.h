// PostgreSQL's answers to what a purge gives way to.
#pragma once

#include <string_view>

#include "database/pressure.h"
#include "outcome/failure.h"

namespace winnow::database {

// One row, one column: a JSON document for postgres_pressure(). Sessions of winnow's are those of
// the same role that have its application_name. How far replicas are is told to roles of pg_monitor
// alone.
Statement postgres_pressure_statement(const PressureQuestion& question);
Outcome<Pressure> postgres_pressure(std::string_view json);

// Asked of a replica: how many of these positions it has applied. A server that is no replica any
// more has them all.
Statement postgres_applied_statement(TextList positions);

}  // namespace winnow::database

// Hands the settings to libpq, so that nothing else decides where it connects and as whom.
#pragma once

#include <map>
#include <string>

#include "database/url/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

// The names and values for PQconnectStartParams: the settings, what winnow needs, and a value for
// everything that libpq would otherwise take from an environment variable (PGPORT, PGOPTIONS,
// PGSSLMODE, ...), from ~/.pgpass or from ~/.postgresql/. Without a host it is localhost, as it is
// to JDBC; without a user, the operating system's.
//
// A configuration failure where a file of the URL can't be read, or where the environment has a
// variable that nothing overrides (PGSERVICE).
Outcome<std::map<std::string, std::string>> libpq_options(const Settings& settings);

}  // namespace winnow::database

// Passes the settings to libpq, so that nothing else decides where and as whom it connects.
#pragma once

#include <map>
#include <string>

#include "database/url/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

// The names and values for PQconnectStartParams: the settings, winnow's own needs, and a value for
// everything that libpq would otherwise take from an environment variable (PGPORT, PGOPTIONS,
// PGSSLMODE, ...), from ~/.pgpass or from ~/.postgresql/. The default host is localhost, as in
// JDBC; the default user is the operating system's.
//
// A configuration failure if a file of the URL can't be read, or if the environment has a variable
// that can't be overridden (PGSERVICE).
Outcome<std::map<std::string, std::string>> libpq_options(const Settings& settings);

}  // namespace winnow::database

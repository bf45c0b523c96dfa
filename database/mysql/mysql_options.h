// Hands the settings to the connector.
#pragma once

#include <mysql.h>

#include "database/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

// Sets all that mysql_real_connect looks at beside its arguments. Refuses what can't be used (a
// file that can't be read).
Outcome<void> set_mysql_options(MYSQL* mysql, const Settings& settings);

}  // namespace winnow::database

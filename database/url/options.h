// The options of a database URL's query: which are winnow's, which the driver's, and which mean
// nothing here.
#pragma once

#include <string>

#include "database/url/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

// Takes one option of the query into `settings`. The failure names the option and never its value.
Outcome<void> apply_option(Settings& settings, const std::string& name, const std::string& value);

// Turns the JDBC flags that were collected (ssl, useSSL, ...) into the driver's own mode. Called
// once, at the end.
Outcome<void> finish_options(Settings& settings);

}  // namespace winnow::database

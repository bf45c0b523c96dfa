// What `winnow doctor` found, as a table for a person; programs read the JSON on stdout.
#pragma once

#include <string>

#include "hosts/cli/console/error.h"

namespace winnow::cli {

// Lines, each ended; what the result leaves out shows as `-`.
std::string doctor_report(const Json& result);

}  // namespace winnow::cli

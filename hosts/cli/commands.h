// Runs the command's verbs.
#pragma once

#include "hosts/cli/console/console.h"
#include "hosts/cli/ending.h"
#include "hosts/cli/options.h"

namespace winnow::cli {

// A failure is an Ending with an error.
Ending run_command(const Options& options, Console& console);

}  // namespace winnow::cli

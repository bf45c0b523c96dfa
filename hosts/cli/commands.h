// The verbs of the command.
#pragma once

#include "hosts/cli/console/console.h"
#include "hosts/cli/ending.h"
#include "hosts/cli/options.h"

namespace winnow::cli {

// Never fails otherwise than by an ending with an error.
Ending run_command(const Options& options, Console& console);

}  // namespace winnow::cli

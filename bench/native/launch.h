// Runs a command and measures it from a separate process, because the memory of the process that
// forks counts too.
#pragma once

#include <string>
#include <vector>

namespace winnow::bench {

// Writes {"seconds", "cpu_seconds", "peak_kib", "status"} of the command to `report`. The command
// inherits this program's standard streams.
void launch(const std::string& report, const std::vector<std::string>& command);

}  // namespace winnow::bench

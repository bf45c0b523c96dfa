// Runs a command and measures it from a process of its own: what a process is forked from counts as
// its memory too.
#pragma once

#include <string>
#include <vector>

namespace winnow::bench {

// Writes {"seconds", "cpu_seconds", "peak_kib", "status"} of the command to `report`. The command
// has this program's standard streams.
void launch(const std::string& report, const std::vector<std::string>& command);

}  // namespace winnow::bench

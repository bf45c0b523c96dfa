// Ctrl-C and SIGTERM: the first asks the running task to stop, the second ends the process.
#pragma once

namespace winnow::cli {

// Installs the handlers, and ignores SIGPIPE: a reader that goes away must not end a purge.
void watch_for_interruption();

bool interrupted() noexcept;

}  // namespace winnow::cli

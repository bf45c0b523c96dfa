// Ctrl-C, SIGTERM and SIGHUP: each asks the running task to stop. SIGUSR1 pauses it, SIGUSR2
// resumes it.
#pragma once

namespace winnow::cli {

// Installs the handlers, but for signals that the parent process ignores (nohup, a shell's
// background). Ignores SIGPIPE: a reader that goes away must not end a purge.
// Until hand_signals_to_tasks() a signal ends the command at once: it reads files then, of which
// one may be a pipe or a terminal that never says anything, and nothing has begun.
void watch_for_signals();
void hand_signals_to_tasks() noexcept;

// How many have come. One request to stop may be several of them: timeout(1) signals the process,
// and then its group with the process in it.
int signals_received() noexcept;

// Whether SIGUSR1 came, and no SIGUSR2 after it.
bool is_pause_wanted() noexcept;

inline bool interrupted() noexcept {
  return signals_received() > 0;
}

}  // namespace winnow::cli

// Ctrl-C, SIGTERM and SIGHUP ask the running task to stop. SIGUSR1 pauses it, SIGUSR2 resumes it.
#pragma once

namespace winnow::cli {

// Installs the handlers, except for signals that the parent process ignores (nohup, a shell's
// background). Ignores SIGPIPE: a reader that goes away must not end a purge. Until
// hand_signals_to_tasks() a signal ends the command at once: it only reads files then, possibly
// from a pipe or a terminal that never sends anything, and nothing has begun.
void watch_for_signals();
void hand_signals_to_tasks() noexcept;

// How many have arrived. One request to stop may send several: timeout(1) signals the process, and
// then its group including the process.
int signals_received() noexcept;

// Whether SIGUSR1 arrived, and no SIGUSR2 after it.
bool is_pause_wanted() noexcept;

inline bool interrupted() noexcept {
  return signals_received() > 0;
}

}  // namespace winnow::cli

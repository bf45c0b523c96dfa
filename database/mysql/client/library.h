// The connector's process-wide part, kept from changing the process.
#pragma once

#include <csignal>

namespace winnow::database {

// Initialises libmariadb once for the process, from any thread. It would ignore SIGPIPE for the
// whole process from then on; what the host had set stays. False where there was no memory for it:
// the next call tries again.
bool use_mysql_library();

// While it lives, a write to a connection that is gone raises no SIGPIPE in this thread: the
// connector writes TLS without MSG_NOSIGNAL. A signal that was pending before stays pending.
class WithoutPipeSignal {
 public:
  WithoutPipeSignal();
  WithoutPipeSignal(const WithoutPipeSignal&) = delete;
  WithoutPipeSignal& operator=(const WithoutPipeSignal&) = delete;
  ~WithoutPipeSignal();

 private:
  sigset_t before_{};
  bool was_pending_ = false;
};

}  // namespace winnow::database

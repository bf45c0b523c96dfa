// The process-wide part of the connector, which must not change the process.
#pragma once

#include <csignal>

namespace winnow::database {

// Initialises libmariadb once for the process, from any thread. The connector would ignore SIGPIPE
// for the whole process; the host's setting is restored. False if there was no memory for it: the
// next call tries again.
bool use_mysql_library();

// While it exists, a write to a closed connection raises no SIGPIPE in this thread: the connector
// writes TLS without MSG_NOSIGNAL. A signal that was pending before stays pending.
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

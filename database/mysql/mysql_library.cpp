#include "database/mysql/mysql_library.h"

#include <ctime>
#include <mysql.h>

#include "database/mysql/mysql_gate.h"

namespace winnow::database {
namespace {

sigset_t only_pipe() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGPIPE);
  return set;
}

bool pipe_is_pending() {
  sigset_t pending;
  ::sigemptyset(&pending);
  ::sigpending(&pending);
  return ::sigismember(&pending, SIGPIPE) == 1;
}

bool initialise() {
  struct sigaction before {};
  ::sigaction(SIGPIPE, nullptr, &before);
  mysql_library_init(0, nullptr, nullptr);
  ::sigaction(SIGPIPE, &before, nullptr);
  register_mysql_gates();
  return true;
}

}  // namespace

void use_mysql_library() {
  [[maybe_unused]] static const bool initialised = initialise();
}

WithoutPipeSignal::WithoutPipeSignal() : was_pending_(pipe_is_pending()) {
  const auto pipe = only_pipe();
  ::pthread_sigmask(SIG_BLOCK, &pipe, &before_);
}

WithoutPipeSignal::~WithoutPipeSignal() {
  if (!was_pending_ && pipe_is_pending()) {
    const auto pipe = only_pipe();
    const timespec at_once{};
    ::sigtimedwait(&pipe, nullptr, &at_once);
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace winnow::database

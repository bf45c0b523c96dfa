#include "database/mysql/client/library.h"

#include <ctime>
#include <memory>
#include <mutex>
#include <mysql.h>

#include "database/mysql/client/tls_guard.h"

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

// All that it does may be done again.
bool initialise() {
  struct sigaction before {};
  ::sigaction(SIGPIPE, nullptr, &before);
  const bool begun = mysql_library_init(0, nullptr, nullptr) == 0;
  ::sigaction(SIGPIPE, &before, nullptr);
  const std::unique_ptr<MYSQL, decltype(&mysql_close)> any(begun ? mysql_init(nullptr) : nullptr,
                                                           &mysql_close);
  return any && register_mysql_tls_guards(any.get());
}

}  // namespace

bool use_mysql_library() {
  static std::mutex mutex;
  static bool initialised = false;
  const std::scoped_lock lock(mutex);
  if (!initialised) initialised = initialise();
  return initialised;
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

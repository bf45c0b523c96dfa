#include "database/mysql/client/library.h"

#include <ctime>
#include <dlfcn.h>
#include <memory>
#include <mutex>
#include <mysql.h>

#include <mysql/plugin_auth.h>

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

// A host may carry libmariadb without its folder of plugins (hosts/jvm does): then the plugin for
// MySQL's usual log-in is loaded beside us already, and the connector is told of it. Elsewhere
// nothing is found, and the connector loads the file itself.
bool register_carried_plugin(MYSQL* any) {
  void* plugin = ::dlopen("caching_sha2_password.so", RTLD_NOW | RTLD_NOLOAD);
  if (plugin == nullptr) return true;
  auto* declaration = ::dlsym(plugin, "_mysql_client_plugin_declaration_");
  return declaration == nullptr ||
         mysql_client_register_plugin(any, static_cast<st_mysql_client_plugin*>(declaration)) !=
             nullptr;
}

// All that it does may be done again.
bool initialise() {
  struct sigaction before {};
  ::sigaction(SIGPIPE, nullptr, &before);
  const bool begun = mysql_library_init(0, nullptr, nullptr) == 0;
  ::sigaction(SIGPIPE, &before, nullptr);
  const std::unique_ptr<MYSQL, decltype(&mysql_close)> any(begun ? mysql_init(nullptr) : nullptr,
                                                           &mysql_close);
  return any && register_mysql_gates(any.get()) && register_carried_plugin(any.get());
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

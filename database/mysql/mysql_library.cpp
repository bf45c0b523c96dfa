#include "database/mysql/mysql_library.h"

#include <ctime>
#include <dlfcn.h>
#include <mysql.h>

#include <mysql/plugin_auth.h>

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

// A host may carry libmariadb without its folder of plugins (hosts/jvm does): then the plugin for
// MySQL's usual log-in is loaded beside us already, and the connector is told of it. Elsewhere
// nothing is found, and the connector loads the file itself.
void register_carried_plugin() {
  void* plugin = ::dlopen("caching_sha2_password.so", RTLD_NOW | RTLD_NOLOAD);
  if (plugin == nullptr) return;
  auto* declaration = ::dlsym(plugin, "_mysql_client_plugin_declaration_");
  MYSQL* any = mysql_init(nullptr);
  if (declaration != nullptr && any != nullptr) {
    mysql_client_register_plugin(any, static_cast<st_mysql_client_plugin*>(declaration));
  }
  if (any != nullptr) mysql_close(any);
}

bool initialise() {
  struct sigaction before {};
  ::sigaction(SIGPIPE, nullptr, &before);
  mysql_library_init(0, nullptr, nullptr);
  ::sigaction(SIGPIPE, &before, nullptr);
  register_mysql_gates();
  register_carried_plugin();
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

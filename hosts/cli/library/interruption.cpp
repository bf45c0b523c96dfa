#include "hosts/cli/library/interruption.h"

#include <atomic>
#include <csignal>
#include <unistd.h>

#include "hosts/cli/console/error.h"

namespace winnow::cli {
namespace {

std::atomic<bool> asked{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may take no lock");

void on_signal(int) {
  if (asked.exchange(true)) ::_exit(kCancelled);
}

}  // namespace

void watch_for_interruption() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;  // the libraries below need not expect an interrupted call
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &action, nullptr);
}

bool interrupted() noexcept {
  return asked.load();
}

}  // namespace winnow::cli

#include "hosts/cli/library/signals.h"

#include <atomic>
#include <csignal>

namespace winnow::cli {
namespace {

std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may take no lock");

void on_signal(int /*number*/) {
  ++received;
}

void watch(int number) {
  struct sigaction action {};
  ::sigaction(number, nullptr, &action);
  if (action.sa_handler == SIG_IGN) return;
  action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;  // the libraries below need not expect an interrupted call
  ::sigemptyset(&action.sa_mask);
  ::sigaction(number, &action, nullptr);
}

}  // namespace

void watch_for_signals() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) watch(number);
  std::signal(SIGPIPE, SIG_IGN);
}

int signals_received() noexcept {
  return received.load();
}

}  // namespace winnow::cli

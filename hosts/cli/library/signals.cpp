#include "hosts/cli/library/signals.h"

#include <atomic>
#include <csignal>

namespace winnow::cli {
namespace {

std::atomic<int> received{0};
std::atomic<bool> pause_wanted{false};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may take no lock");

void on_signal(int /*number*/) {
  ++received;
}

void on_pause(int number) {
  pause_wanted = number == SIGUSR1;
}

void watch(int number, void (*handler)(int)) {
  struct sigaction action {};
  ::sigaction(number, nullptr, &action);
  if (action.sa_handler == SIG_IGN) return;
  action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;  // the libraries below need not expect an interrupted call
  ::sigemptyset(&action.sa_mask);
  ::sigaction(number, &action, nullptr);
}

}  // namespace

void watch_for_signals() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) watch(number, on_signal);
  for (const int number : {SIGUSR1, SIGUSR2}) watch(number, on_pause);
  std::signal(SIGPIPE, SIG_IGN);
}

int signals_received() noexcept {
  return received.load();
}

bool is_pause_wanted() noexcept {
  return pause_wanted.load();
}

}  // namespace winnow::cli

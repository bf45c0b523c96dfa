#include "hosts/cli/library/signals.h"

#include <atomic>
#include <csignal>
#include <string_view>
#include <unistd.h>

namespace winnow::cli {
namespace {

std::atomic<int> received{0};
std::atomic<bool> pause_wanted{false};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may take no lock");

std::atomic<bool> ends_at_once{true};
std::atomic<bool> stdout_is_terminal{false};

constexpr int kStopped = 130;
constexpr std::string_view kResult =
    R"({"error":{"code":"CANCELLED","message":"stopped before anything began","pointer":"","retryable":true,"sqlstate":"","done":{}}})"
    "\n";
constexpr std::string_view kMessage = "CANCELLED: stopped before anything began\n";

// What a handler may call: write and _exit.
[[noreturn]] void end_at_once() {
  (void)!::write(STDERR_FILENO, kMessage.data(), kMessage.size());
  if (!stdout_is_terminal) (void)!::write(STDOUT_FILENO, kResult.data(), kResult.size());
  ::_exit(kStopped);
}

void on_signal(int /*number*/) {
  if (ends_at_once) end_at_once();
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
  stdout_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) watch(number, on_signal);
  for (const int number : {SIGUSR1, SIGUSR2}) watch(number, on_pause);
  // What can't be written is told, and no reason to end: not for want of a reader, nor at `ulimit
  // -f`.
  for (const int number : {SIGPIPE, SIGXFSZ}) std::signal(number, SIG_IGN);
}

void hand_signals_to_tasks() noexcept {
  ends_at_once = false;
}

int signals_received() noexcept {
  return received.load();
}

bool is_pause_wanted() noexcept {
  return pause_wanted.load();
}

}  // namespace winnow::cli

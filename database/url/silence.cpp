#include "database/url/silence.h"

#include <algorithm>
#include <array>
#include <netdb.h>

#include <sys/socket.h>

namespace winnow::database {
namespace {

// Of a look that only wants to know what a statement waits for: it keeps its connection waiting.
constexpr std::int32_t kPatienceMs = 1'000;

}  // namespace

std::chrono::milliseconds first_look(const Settings& settings) {
  const std::chrono::milliseconds silence(settings.silence_ms);
  return settings.on_lock_wait ? std::min(kFirstLockReport, silence) : silence;
}

std::string peer_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  auto* const peer = reinterpret_cast<sockaddr*>(&address);
  if (::getpeername(socket, peer, &size) != 0 || address.ss_family == AF_UNIX) return "";
  std::array<char, NI_MAXHOST> name{};
  const auto failed =
      ::getnameinfo(peer, size, name.data(), name.size(), nullptr, 0, NI_NUMERICHOST);
  return failed == 0 ? name.data() : "";
}

ServerLook::ServerLook(const Settings& settings, std::chrono::milliseconds waited)
    : settings_(settings), waited_(waited), decides_(waited.count() >= settings.silence_ms) {
  settings_.on_lock_wait = nullptr;
  if (!decides_) settings_.connect_timeout_ms = std::min(settings.connect_timeout_ms, kPatienceMs);
}

bool ServerLook::went_elsewhere(const std::string& waiting, const std::string& looking) {
  if (waiting.empty() || looking.empty() || waiting == looking) return false;
  settings_.host = waiting;
  began_ = Clock::now();
  return true;
}

// A server that refuses the log-in in whatever words is alive.
Outcome<void> ServerLook::refused(const Failure& failure) const {
  const bool silent =
      failure.kind == FailureKind::unavailable &&
      Clock::now() - began_ >= std::chrono::milliseconds(settings_.connect_timeout_ms);
  if (!decides_ || !silent) return {};
  return fail(Failure{.kind = FailureKind::unavailable,
                      .message = settings_.safe_name() +
                                 ": the server hangs: a statement has had no answer "
                                 "for " +
                                 std::to_string(waited_.count()) +
                                 " ms, and another log-in none within " +
                                 std::to_string(settings_.connect_timeout_ms) + " ms",
                      .retryable = true});
}

}  // namespace winnow::database

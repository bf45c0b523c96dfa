#include "database/url/silence.h"

#include <algorithm>
#include <string>

namespace winnow::database {
namespace {

// Of a look that only wants to know what a statement waits for: it keeps its connection waiting.
constexpr std::int32_t kPatienceMs = 1'000;

}  // namespace

std::chrono::milliseconds first_look(const Settings& settings) {
  const std::chrono::milliseconds silence(settings.silence_ms);
  return settings.on_lock_wait ? std::min(kFirstLockReport, silence) : silence;
}

ServerLook::ServerLook(const Settings& settings, std::chrono::milliseconds waited)
    : settings_(settings), waited_(waited), decides_(waited.count() >= settings.silence_ms) {
  settings_.on_lock_wait = nullptr;
  if (!decides_) settings_.connect_timeout_ms = std::min(settings.connect_timeout_ms, kPatienceMs);
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

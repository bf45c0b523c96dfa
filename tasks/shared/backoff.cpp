#include "tasks/shared/backoff.h"

#include <algorithm>
#include <poll.h>
#include <string>

namespace winnow::tasks {

bool worth_another_try(const Failure& failure) {
  return failure.commit_in_doubt ||
         (failure.retryable &&
          (failure.kind == FailureKind::conflict || failure.kind == FailureKind::unavailable));
}

bool connection_lost(const Failure& failure) {
  return failure.commit_in_doubt || failure.kind == FailureKind::unavailable;
}

Backoff::Backoff(std::int32_t tries, std::chrono::milliseconds first,
                 std::chrono::milliseconds longest)
    : tries_(tries), next_(first), longest_(longest), random_(std::random_device{}()) {}

bool Backoff::wait(const Cancellation& cancellation) {
  if (tried_ >= tries_ || cancellation.requested()) return false;
  ++tried_;
  // Half of the pause is chance, so that two purgers that met once don't meet again.
  const auto half = static_cast<int>(next_.count() / 2);
  const auto pause = half + std::uniform_int_distribution<int>(0, std::max(half, 1))(random_);
  next_ = std::min(next_ * 2, longest_);
  pollfd wake{.fd = cancellation.wake_descriptor(), .events = POLLIN, .revents = 0};
  ::poll(&wake, 1, pause);
  return !cancellation.requested();
}

Failure Backoff::given_up(Failure failure, const Cancellation& cancellation) const {
  if (cancellation.requested()) {
    return Failure{.kind = FailureKind::cancelled, .message = "the job was cancelled"};
  }
  failure.message += " (given up after " + std::to_string(tries_) + " tries)";
  return failure;
}

}  // namespace winnow::tasks

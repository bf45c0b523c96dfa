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

Backoff::Backoff(const RetryBudget& budget)
    : budget_(budget), next_(budget.first), random_(std::random_device{}()) {}

std::optional<std::chrono::milliseconds> Backoff::next_pause() {
  if (tried_ >= budget_.tries || spent_ >= budget_.time) return std::nullopt;
  ++tried_;
  // Half of the pause is chance, so that two purgers that met once don't meet again.
  const auto half = static_cast<int>(next_.count() / 2);
  const std::chrono::milliseconds pause(
      half + std::uniform_int_distribution<int>(0, std::max(half, 1))(random_));
  next_ = std::min(next_ * 2, budget_.longest);
  spent_ += pause;
  return pause;
}

bool Backoff::wait(const Cancellation& cancellation) {
  if (cancellation.requested()) return false;
  const auto pause = next_pause();
  if (!pause) return false;
  pollfd wake{.fd = cancellation.wake_descriptor(), .events = POLLIN, .revents = 0};
  ::poll(&wake, 1, static_cast<int>(pause->count()));
  return !cancellation.requested();
}

Failure Backoff::given_up(Failure failure, const Cancellation& cancellation) const {
  if (cancellation.requested()) {
    return Failure{.kind = FailureKind::cancelled, .message = "the job was cancelled"};
  }
  failure.message +=
      " (given up after " + (tried_ == 1 ? "1 try" : std::to_string(tried_) + " tries") + ")";
  return failure;
}

}  // namespace winnow::tasks

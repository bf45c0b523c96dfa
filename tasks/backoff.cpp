#include "tasks/backoff.h"

#include <algorithm>
#include <poll.h>

namespace winnow::tasks {

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

}  // namespace winnow::tasks

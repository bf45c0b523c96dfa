#include "outcome/cancellation.h"

#include <cstdint>
#include <unistd.h>

#include <sys/eventfd.h>

namespace winnow {

Cancellation::Cancellation() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Cancellation::~Cancellation() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Cancellation::request() noexcept {
  requested_.store(true, std::memory_order_release);
  if (descriptor_ < 0) return;
  const std::uint64_t one = 1;
  // A full counter means that it is readable already: nothing is lost when this write fails.
  [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
}

}  // namespace winnow

// One job's wish to stop, seen by every thread that works for it, also while it waits for a server.
#pragma once

#include <atomic>

namespace winnow {

// Thread-safe. Once set it stays set. A driver that waits on a socket puts `wake_descriptor()` into
// the same poll(2), so that a statement in flight is interrupted at once and not at its next row.
class Cancellation {
 public:
  Cancellation();
  ~Cancellation();
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;

  // Any thread, any number of times; takes no lock and allocates nothing.
  void request() noexcept;

  bool requested() const noexcept { return requested_.load(std::memory_order_acquire); }

  // A descriptor that becomes readable when cancellation is requested, and stays so; -1 where the
  // process has no descriptor left: then poll with a timeout and ask requested(). Owned by this
  // object.
  int wake_descriptor() const noexcept { return descriptor_; }

 private:
  std::atomic<bool> requested_{false};
  int descriptor_ = -1;
};

}  // namespace winnow

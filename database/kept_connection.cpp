#include "database/kept_connection.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <unistd.h>
#include <utility>

namespace winnow::database {

using Clock = std::chrono::steady_clock;

struct KeptConnection::State {
  explicit State(std::chrono::milliseconds idle_for) : idle(idle_for) {}

  const std::chrono::milliseconds idle;
  std::mutex mutex;
  std::condition_variable changed;
  Kept waiting;
  Clock::time_point until;
  bool closed = false;
  bool is_watched = false;  // the thread has not ended yet
  std::thread thread;

  // Until nothing is left to close.
  void watch() {
    std::unique_lock lock(mutex);
    while (!closed) {
      if (waiting.connection == nullptr) {
        changed.wait(lock);
        continue;
      }
      if (changed.wait_until(lock, until) == std::cv_status::no_timeout) continue;
      if (waiting.connection == nullptr || Clock::now() < until) continue;
      const auto ended = std::exchange(waiting, {});
      is_watched = false;
      lock.unlock();
      return;  // closes it, with no lock held
    }
    is_watched = false;
  }

  // With the lock held. Without a thread nothing may wait.
  // `ended`: a thread that is done but for closing what it ended with, to be joined without the
  // lock.
  bool has_it_watched(std::thread& ended) {
    if (is_watched) return true;
    ended = std::move(thread);
    try {
      thread = std::thread([this] { watch(); });
    } catch (const std::exception&) {  // no thread left, or no memory
      return false;
    }
    is_watched = true;
    return true;
  }
};

KeptConnection::KeptConnection(std::chrono::milliseconds idle,
                               std::chrono::milliseconds longest_life)
    : process_(::getpid()), longest_life_(longest_life), state_(new State(idle)) {}

// In another process the session is its parent's: a farewell would end it, and who waits for the
// thread waits for ever. What is left of them here is left alone.
KeptConnection::~KeptConnection() {
  if (in_its_process()) {
    close();
  } else {
    static_cast<void>(state_.release());
  }
}

bool KeptConnection::in_its_process() const {
  return ::getpid() == process_;
}

Kept KeptConnection::take() {
  if (!in_its_process()) return {};
  Kept taken;
  {
    const std::lock_guard lock(state_->mutex);
    taken = std::exchange(state_->waiting, {});
  }
  if (taken.connection != nullptr && Clock::now() - taken.connected > longest_life_) return {};
  return taken;
}

void KeptConnection::give(Kept kept) {
  if (!in_its_process() || !kept.connection->rest()) return;
  std::thread ended;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->closed || state_->waiting.connection != nullptr) return;
    state_->until = std::min(Clock::now() + state_->idle, kept.connected + longest_life_);
    if (state_->has_it_watched(ended)) {
      state_->waiting = std::move(kept);
      state_->changed.notify_one();
    }
  }
  if (ended.joinable()) ended.join();
}

void KeptConnection::close() {
  if (!in_its_process()) return;
  Kept ended;
  std::thread thread;
  {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
    ended = std::exchange(state_->waiting, {});
    thread = std::move(state_->thread);
    state_->changed.notify_one();
  }
  if (thread.joinable()) thread.join();
}

}  // namespace winnow::database

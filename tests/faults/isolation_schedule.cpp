#include "tests/faults/isolation_schedule.h"

#include <chrono>
#include <exception>

#include "tests/faults/intercepted_calls.h"

namespace winnow::tests {
namespace {

// A step that takes longer is assumed to wait for a lock. A wrong guess changes the order of steps,
// but causes no wrong verdict.
constexpr auto kSeemsToWait = std::chrono::milliseconds(120);

void add_orders(std::vector<int>& begun, int first, int second,
                std::vector<std::vector<int>>& orders) {
  if (first == 0 && second == 0) orders.push_back(begun);
  for (const int side : {0, 1}) {
    if ((side == 0 ? first : second) == 0) continue;
    begun.push_back(side);
    add_orders(begun, first - (side == 0 ? 1 : 0), second - (side == 1 ? 1 : 0), orders);
    begun.pop_back();
  }
}

}  // namespace

std::vector<std::vector<int>> interleavings(int first, int second) {
  std::vector<std::vector<int>> orders;
  std::vector<int> begun;
  add_orders(begun, first, second, orders);
  return orders;
}

Side::Side(std::vector<std::function<void()>> steps)
    : steps_(std::move(steps)), thread_([this] {
        const Exempt exempt;
        run();
      }) {}

Side::~Side() {
  hurry();
  if (thread_.joinable()) thread_.join();
}

void Side::run() {
  for (const auto& step : steps_) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return hurried_ || allowed_ > done_; });
    }
    try {
      step();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!thrown_) thrown_ = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      ++done_;
    }
    changed_.notify_all();
  }
}

void Side::advance() {
  std::unique_lock lock(mutex_);
  ++allowed_;
  changed_.notify_all();
  changed_.wait_for(lock, kSeemsToWait, [this] { return done_ >= allowed_; });
}

void Side::hurry() {
  {
    const std::lock_guard lock(mutex_);
    hurried_ = true;
  }
  changed_.notify_all();
}

void Side::finish() {
  hurry();
  thread_.join();
  if (thrown_) std::rethrow_exception(thrown_);
}

int Side::done() const {
  const std::lock_guard lock(mutex_);
  return done_;
}

void Gate::pass() {
  std::unique_lock lock(mutex_);
  if (arrived_) return;
  arrived_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_; });
}

void Gate::wait_for_arrival(const std::function<bool()>& over) {
  std::unique_lock lock(mutex_);
  while (!arrived_ && !over()) changed_.wait_for(lock, std::chrono::milliseconds(10));
}

void Gate::open() {
  {
    const std::lock_guard lock(mutex_);
    open_ = true;
  }
  changed_.notify_all();
}

}  // namespace winnow::tests

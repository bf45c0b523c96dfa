// Two sides that take steps in a chosen order, like sessions that meet by chance: every
// interleaving can be tried. A step that waits for the other side's lock is left waiting, and the
// order continues.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace winnow::tests {

// Every order of `first` steps of side 0 and `second` of side 1: {0, 0, 1, 0, 1}, ...
std::vector<std::vector<int>> interleavings(int first, int second);

// One side. Its steps run in order on a separate thread, each on command.
class Side {
 public:
  explicit Side(std::vector<std::function<void()>> steps);
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;
  ~Side();  // runs what is left

  // Lets the next step begin, and waits until it has ended or seems to wait for somebody.
  void advance();
  // Lets all the rest run.
  void hurry();
  // Runs the remaining steps and waits for the end. Rethrows a step's exception.
  void finish();
  // Steps that have ended.
  int done() const;

 private:
  void run();

  std::vector<std::function<void()>> steps_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int allowed_ = 0;
  int done_ = 0;
  bool hurried_ = false;
  std::exception_ptr thrown_;
  std::thread thread_;
};

// A place in a running purge where a thread waits until it may go on.
class Gate {
 public:
  // On the thread that comes by: waits for open(). Only the first to come waits.
  void pass();
  // Waits until a thread waits at the gate, or `over` says that none will come.
  void wait_for_arrival(const std::function<bool()>& over);
  void open();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool arrived_ = false;
  bool open_ = false;
};

}  // namespace winnow::tests

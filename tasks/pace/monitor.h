// Watches the server and its replicas while a purge runs, on its own connections and thread: a
// purge never waits for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "database/connection.h"
#include "database/schema.h"
#include "tasks/pace/lag.h"
#include "tasks/pace/pace.h"
#include "tasks/pace/reason.h"

namespace winnow::tasks {

// Reads the figures once per second from its construction to its end. waiting() may be called from
// any thread.
class Monitor {
 public:
  struct Watched {
    database::Settings server;
    std::vector<const database::Table*> tables;  // of the purge; they outlive the monitor
  };
  // `pace` outlives the monitor.
  Monitor(const Pace& pace, Watched watched);
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;
  ~Monitor();  // returns at once, even if a server does not respond

  // Why a purge should wait now; nothing: there is no reason. The first call waits for the first
  // reading. A failure: the server does not support what the pace requires.
  Outcome<std::optional<Waiting>> waiting();
  // What could not be read and why, once each: for the log.
  std::vector<std::string> take_problems();

 private:
  using Clock = std::chrono::steady_clock;
  struct Replica {
    database::Settings settings;
    std::unique_ptr<database::Connection> connection = nullptr;
    Clock::time_point heard;  // when it last answered
    bool reported = false;
  };

  void watch();
  std::vector<Waiting> look();
  std::vector<Waiting> judge(const database::Pressure& pressure, Clock::time_point now);
  std::vector<Waiting> ask_replicas(Clock::time_point now);
  std::optional<Waiting> ask(Replica& replica, Clock::time_point now, std::int64_t& applied);
  void report(const std::string& what, const Failure& failure);

  const Pace& pace_;
  const Watched watched_;
  Cancellation stop_;
  std::unique_ptr<database::Connection> server_;
  bool reported_ = false;
  std::vector<Replica> replicas_;
  LagTracker lag_;
  std::optional<std::pair<std::int64_t, Clock::time_point>> wal_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool looked_ = false;
  bool stopping_ = false;
  std::vector<Waiting> waiting_;
  std::optional<Failure> failure_;
  std::vector<std::string> problems_;
  std::thread thread_;  // the last member: it uses all others
};

}  // namespace winnow::tasks

// The one connection that an opened library keeps between two calls (`database.keep-alive`).
#pragma once

#include <chrono>
#include <memory>

#include <sys/types.h>

#include "database/connection.h"

namespace winnow::database {

struct Kept {
  std::unique_ptr<Connection> connection;
  std::chrono::steady_clock::time_point connected;
};

// Thread-safe: take() hands the connection to one caller only. While a connection is kept, a thread
// waits to close it when its time is over, and then ends.
class KeptConnection {
 public:
  // Changes that only a log-in notices (another server behind the same name, rights from a role)
  // take effect after at most this time.
  static constexpr std::chrono::milliseconds kLongestLife{300'000};

  explicit KeptConnection(std::chrono::milliseconds idle,
                          std::chrono::milliseconds longest_life = kLongestLife);
  KeptConnection(const KeptConnection&) = delete;
  KeptConnection& operator=(const KeptConnection&) = delete;
  ~KeptConnection();

  // The kept connection, to be resumed; empty if there is none or it is too old.
  Kept take();
  // After a successful call. Closes the connection if another one is kept already, if it is
  // unusable, or after close().
  void give(Kept kept);
  // Nothing is kept from now on.
  void close();

 private:
  struct State;

  // A process that was forked has the socket, but neither the session nor the thread.
  bool in_its_process() const;

  const pid_t process_;
  const std::chrono::milliseconds longest_life_;
  std::unique_ptr<State> state_;
};

}  // namespace winnow::database

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

// Thread-safe: whoever takes the connection has it to himself. From the first that waits on there
// is a thread, which closes what has waited too long, and ends then.
class KeptConnection {
 public:
  // What a log-in alone finds out (another server behind the same name, rights that a role brings)
  // counts after this time at the latest.
  static constexpr std::chrono::milliseconds kLongestLife{300'000};

  explicit KeptConnection(std::chrono::milliseconds idle,
                          std::chrono::milliseconds longest_life = kLongestLife);
  KeptConnection(const KeptConnection&) = delete;
  KeptConnection& operator=(const KeptConnection&) = delete;
  ~KeptConnection();

  // The connection that waits, to be resumed; none where there is none, or it is too old.
  Kept take();
  // After a call that did well. Closed where another one waits already, where it is not sound, and
  // after close().
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

// Asks the server to stop the statement in flight, without ever waiting for a server that hangs.
#pragma once

#include <chrono>
#include <memory>
#include <thread>

#include <libpq-fe.h>

namespace winnow::database {

// PQcancel opens a connection of its own and waits until the server closes it, forever if the
// server hangs. So it runs in a thread, which owns everything that it uses. The thread ends before
// this object, unless the server hangs: then it stays until its socket is closed (convention 9 of
// winnow.h).
class PostgresCancel {
 public:
  explicit PostgresCancel(PGconn* connection);
  PostgresCancel(const PostgresCancel&) = delete;
  PostgresCancel& operator=(const PostgresCancel&) = delete;
  ~PostgresCancel();

  // Waits until the request was delivered or the deadline; returns whether it was delivered. After
  // that it can no longer hit a later statement.
  bool wait_until(std::chrono::steady_clock::time_point deadline);

 private:
  struct Request;
  std::shared_ptr<Request> request_;
  std::thread thread_;
};

}  // namespace winnow::database

// Asks the server to stop the statement in flight, without ever waiting for a server that hangs.
#pragma once

#include <chrono>
#include <memory>
#include <thread>

#include <libpq-fe.h>

namespace winnow::database {

// PQcancel opens a connection of its own and waits until the server closes it, for ever if the
// server hangs. So it runs in a thread, which owns all it uses. The thread ends before this object
// does, unless the server hangs: then it stays until its socket ends (convention 9 of winnow.h).
class PostgresCancel {
 public:
  explicit PostgresCancel(PGconn* connection);
  PostgresCancel(const PostgresCancel&) = delete;
  PostgresCancel& operator=(const PostgresCancel&) = delete;
  ~PostgresCancel();

  // Until the request was delivered, or until then; whether it was. Afterwards it can no longer hit
  // a later statement.
  bool wait_until(std::chrono::steady_clock::time_point deadline);

 private:
  struct Request;
  std::shared_ptr<Request> request_;
  std::thread thread_;
};

}  // namespace winnow::database

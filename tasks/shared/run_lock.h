// `exclusive`: one run of a task at a time on a database, by a lock of the server.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "tasks/shared/reconnecting_connection.h"
#include "tasks/task.h"

namespace winnow::tasks {

// Holds the lock on a separate connection, which runs nothing else and opens no transaction: the
// server releases the lock when this object, the process, its machine or the connection ends.
class RunLock {
 public:
  // Fails at once as `conflict` if another run has the lock, and says which; as `configuration` if
  // a pooler provides no session to hold it. The context must outlive it.
  static Outcome<std::unique_ptr<RunLock>> take(Context& context, const std::string& task);
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  ~RunLock();

  // Checks that the lock is still held. If it was lost with its connection, it is taken again,
  // within kOutage; if another run took it meanwhile, this fails as `conflict`. Any thread.
  Outcome<void> confirm();

 private:
  RunLock(Context& context, std::string task, ReconnectingConnection connection)
      : context_(context), task_(std::move(task)), connection_(std::move(connection)) {}
  Failure held_by(const database::SessionLock& lock) const;

  Context& context_;
  const std::string task_;
  std::mutex mutex_;
  ReconnectingConnection connection_;
  bool holds_ = false;
  // The server's number of the session that took the lock; empty before the first time.
  std::string session_;
};

}  // namespace winnow::tasks

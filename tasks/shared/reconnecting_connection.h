// A connection that is reopened when it is lost, and operations on it that are retried while the
// server says that this may help: the only retry of all tasks that delete.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

#include "database/connection.h"
#include "outcome/try.h"
#include "tasks/shared/backoff.h"
#include "tasks/task.h"

namespace winnow::tasks {

struct RetriedOperation {
  // Must be repeatable. An open transaction is rolled back before it is repeated.
  std::function<Outcome<void>(database::Connection&)> run;
  // Whether what run() was about to commit is done; called if the COMMIT's reply was lost and the
  // server can't report its outcome. Empty: run() finds that out itself when it is repeated.
  std::function<Outcome<bool>(database::Connection&)> verify = {};
  // Failures that blame rows go to the caller, which tries with fewer rows.
  bool divisible = false;
};

// Not thread-safe. The context must outlive it.
class ReconnectingConnection {
 public:
  static Outcome<ReconnectingConnection> open(Context& context);
  ReconnectingConnection(Context& context, std::unique_ptr<database::Connection> connection)
      : context_(&context), connection_(std::move(connection)) {}

  // Runs the operation until it is done, or known to be done, or fails for good, within a budget:
  // kConflict, or kOutage if the connection is lost. Cancellation ends pauses. Counts
  // `progress.retries`. A `commit_in_doubt` failure means that the outcome of the operation's last
  // COMMIT could not be found out.
  Outcome<void> retry(const RetriedOperation& operation);

  // The result of `read`, which takes a Connection& and returns an Outcome<T>; retried as above.
  template <class Read>
  auto read(const Read& read) -> std::invoke_result_t<Read, database::Connection&> {
    typename std::invoke_result_t<Read, database::Connection&>::value_type value{};
    WINNOW_CHECK(retry({.run = [&](database::Connection& connection) -> Outcome<void> {
      WINNOW_TRY(value, read(connection));
      return {};
    }}));
    return value;
  }

  database::Connection& get() { return *connection_; }
  // Nothing else may be called after it.
  std::unique_ptr<database::Connection> take() { return std::move(connection_); }

  // How often it was reopened. After that it may lead to another server.
  std::int64_t reopened() const { return reopened_; }

 private:
  Outcome<bool> recover(const Failure& failure, const RetriedOperation& operation, Backoff& outage);
  Outcome<bool> settle_doubt(Failure failure, const RetriedOperation& operation, Backoff& outage);
  Outcome<bool> reconnect(const Failure& failure, const RetriedOperation& operation,
                          Backoff& outage);
  Outcome<bool> was_committed(const std::string& transaction, const RetriedOperation& operation);

  Context* context_;
  std::unique_ptr<database::Connection> connection_;
  std::int64_t reopened_ = 0;
};

}  // namespace winnow::tasks

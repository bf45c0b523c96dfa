// A connection that is opened again when it is lost, and operations on it that are retried while
// the server says that this may help: the one retry of all tasks that remove something.
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
  // Has to be fit to be done again. What it left open is rolled back before.
  std::function<Outcome<void>(database::Connection&)> run;
  // Whether what run() was about to commit is done; asked where the COMMIT's reply was lost and the
  // server can't tell what became of it. Empty: run() finds that out itself when it is done again.
  std::function<Outcome<bool>(database::Connection&)> verify = {};
  // Failures that blame rows are the caller's, who tries with fewer.
  bool divisible = false;
};

// Not thread-safe. The context must outlive it.
class ReconnectingConnection {
 public:
  static Outcome<ReconnectingConnection> open(Context& context);
  ReconnectingConnection(Context& context, std::unique_ptr<database::Connection> connection)
      : context_(&context), connection_(std::move(connection)) {}

  // Runs the operation until it is done, or known to be done, or fails for good; within a budget:
  // kConflict, or kOutage where the connection is lost. Pauses end with the job's cancellation.
  // Counts `progress.retries`. A failure that is still `commit_in_doubt`: whether the operation's
  // last COMMIT went through could not be learned.
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

  // How often it was opened again. Whatever it leads to then may be another server.
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

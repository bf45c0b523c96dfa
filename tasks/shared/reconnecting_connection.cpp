#include "tasks/shared/reconnecting_connection.h"

#include "outcome/guard.h"
#include "outcome/try.h"

namespace winnow::tasks {
namespace {

using std::chrono::milliseconds;

constexpr std::int32_t kTries = 12;

}  // namespace

Outcome<ReconnectingConnection> ReconnectingConnection::open(Context& context) {
  WINNOW_TRY(auto connection, database::connect(context.database, context.cancellation));
  return ReconnectingConnection(context, std::move(connection));
}

Outcome<void> ReconnectingConnection::retry(const RetriedOperation& operation) {
  Backoff backoff(kTries, milliseconds(10), milliseconds(1'000));
  while (true) {
    const auto done = operation.run(*connection_);
    if (done) return {};
    const auto& failure = done.error();
    auto committed = guarded([&] { return recover(failure, operation, backoff); });
    if (!committed) {
      committed.error().commit_in_doubt = failure.commit_in_doubt;
      return fail(std::move(committed.error()));
    }
    if (*committed) return {};
    ++context_->progress.retries;
    if (!backoff.wait(context_->cancellation)) {
      return fail(backoff.given_up(failure, context_->cancellation));
    }
  }
}

// Brings the connection back into a usable state. True when the operation turns out to be done.
Outcome<bool> ReconnectingConnection::recover(const Failure& failure,
                                              const RetriedOperation& operation, Backoff& backoff) {
  const bool rows_blamed = operation.divisible && failure.blame != Blame::none;
  if (context_->cancellation.requested() || !worth_another_try(failure) || rows_blamed) {
    static_cast<void>(connection_->rollback());
    return fail(failure);
  }
  if (!connection_lost(failure) && connection_->rollback()) return false;
  context_->host.log(LogLevel::warn,
                     "the connection was lost and is opened again: " + failure.message);
  return reconnect(failure, operation, backoff);
}

Outcome<bool> ReconnectingConnection::reconnect(const Failure& failure,
                                                const RetriedOperation& operation,
                                                Backoff& backoff) {
  const auto transaction = connection_->transaction_name();
  do {
    auto opened = database::connect(context_->database, context_->cancellation);
    if (opened) {
      connection_ = std::move(*opened);
      if (!failure.commit_in_doubt) return false;
      auto committed = was_committed(transaction, operation);
      if (committed || !worth_another_try(committed.error())) return committed;
    } else if (!worth_another_try(opened.error())) {
      return fail(std::move(opened.error()));
    }
    // A server that restarts refuses for a while.
  } while (backoff.wait(context_->cancellation));
  return fail(failure);
}

// After a COMMIT whose reply was lost. What the server can tell is certain, also when somebody else
// took the same rows since; what verify() finds is a good guess.
Outcome<bool> ReconnectingConnection::was_committed(const std::string& transaction,
                                                    const RetriedOperation& operation) {
  if (!transaction.empty()) {
    WINNOW_TRY(const auto known, connection_->was_committed(transaction));
    if (known) return *known;
  }
  return operation.verify ? operation.verify(*connection_) : Outcome<bool>(false);
}

}  // namespace winnow::tasks

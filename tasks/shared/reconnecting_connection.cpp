#include "tasks/shared/reconnecting_connection.h"

#include "database/target.h"
#include "outcome/guard.h"
#include "outcome/try.h"
#include "tasks/shared/lock_wait.h"

namespace winnow::tasks {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

}  // namespace

Outcome<ReconnectingConnection> ReconnectingConnection::open(Context& context) {
  WINNOW_TRY(auto connection, connect(context));
  return ReconnectingConnection(context, std::move(connection));
}

Outcome<void> ReconnectingConnection::retry(const RetriedOperation& operation) {
  Backoff conflict(kConflict);
  Backoff outage(kOutage);
  LongWait locked;
  while (true) {
    const auto done = operation.run(*connection_);
    if (done) return {};
    const auto& failure = done.error();
    auto committed = guarded([&] { return recover(failure, operation, outage); });
    if (!committed) {
      committed.error().commit_in_doubt = failure.commit_in_doubt;
      return fail(std::move(committed.error()));
    }
    if (*committed) return {};
    ++context_->progress.retries;
    if (failure.kind == FailureKind::conflict && failure.blame == Blame::some_rows) {
      if (const auto waited = locked.note()) {
        report(context_->host, {.waited = *waited, .what = "a lock: " + failure.message});
      }
    }
    auto& backoff = connection_lost(failure) ? outage : conflict;
    if (!backoff.wait(context_->cancellation)) {
      return fail(backoff.given_up(failure, context_->cancellation));
    }
  }
}

// Brings the connection back into a usable state. True when the operation turns out to be done.
Outcome<bool> ReconnectingConnection::recover(const Failure& failure,
                                              const RetriedOperation& operation, Backoff& outage) {
  const bool rows_blamed = operation.divisible && failure.blame != Blame::none;
  // A server that never took a write of this run is a replica, and no primary that stepped down.
  const bool is_replica =
      failure.sqlstate == database::kNotTheTarget && context_->progress.batches == 0;
  // PostgreSQL's transaction_timeout ends the session too, also in mid-COMMIT.
  const bool doubted_for_rows = rows_blamed && failure.commit_in_doubt;
  if (context_->cancellation.requested() || !worth_another_try(failure) ||
      (rows_blamed && !doubted_for_rows) || is_replica) {
    static_cast<void>(connection_->rollback());
    return fail(failure);
  }
  if (doubted_for_rows) return settle_doubt(failure, operation, outage);
  if (!connection_lost(failure) && connection_->rollback()) return false;
  context_->host.log(LogLevel::warn,
                     "the connection was lost and is opened again: " + failure.message);
  return reconnect(failure, operation, outage);
}

// Fewer rows may do, once it is known that these did not go.
Outcome<bool> ReconnectingConnection::settle_doubt(Failure failure,
                                                   const RetriedOperation& operation,
                                                   Backoff& outage) {
  WINNOW_TRY(const bool committed, reconnect(failure, operation, outage));
  if (committed) return true;
  failure.commit_in_doubt = false;
  return fail(std::move(failure));
}

Outcome<bool> ReconnectingConnection::reconnect(const Failure& failure,
                                                const RetriedOperation& operation,
                                                Backoff& outage) {
  const auto transaction = connection_->transaction_name();
  // What was confirmed is looked for where writes go: a replica that a balancer leads to, or a
  // name, may lack it for a while.
  const bool has_written = context_->progress.batches > 0;
  const auto target = has_written ? database::Target::primary : context_->database.target;
  auto told = failure;
  do {
    const auto started = steady_clock::now();
    auto opened = connect(*context_, target);
    outage.charge(duration_cast<milliseconds>(steady_clock::now() - started));
    if (opened) {
      connection_ = std::move(*opened);
      ++reopened_;
      if (!failure.commit_in_doubt) return false;
      auto committed = was_committed(transaction, operation);
      if (committed || !worth_another_try(committed.error())) return committed;
    } else if (!worth_another_try(opened.error())) {
      return fail(std::move(opened.error()));
    } else if (opened.error().sqlstate == database::kNotTheTarget &&
               told.message == failure.message) {
      told.message += "; since then " + opened.error().message;
      context_->host.log(LogLevel::warn,
                         "waits for a server that takes writes: " + opened.error().message);
    }
    // A server that restarts refuses for a while; so does one that takes over.
  } while (outage.wait(context_->cancellation));
  return fail(outage.given_up(told, context_->cancellation));
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

#include "tasks/steady_connection.h"

#include "tasks/backoff.h"

namespace winnow::tasks {
namespace {

using std::chrono::milliseconds;

constexpr std::int32_t kTries = 12;

bool may_pass(const Failure& failure) {
  return failure.commit_in_doubt ||
         (failure.retryable &&
          (failure.kind == FailureKind::conflict || failure.kind == FailureKind::unavailable));
}

}  // namespace

Outcome<SteadyConnection> SteadyConnection::open(Context& context) {
  auto connection = database::connect(context.database, context.cancellation);
  if (!connection) return fail(std::move(connection.error()));
  return SteadyConnection(context, std::move(*connection));
}

Outcome<void> SteadyConnection::insist(const Work& work) {
  Backoff backoff(kTries, milliseconds(10), milliseconds(1'000));
  auto done = work(*connection_);
  while (!done) {
    Failure failure = done.error();
    if (context_->cancellation.requested() || !may_pass(failure)) {
      static_cast<void>(connection_->rollback());
      return fail(std::move(failure));
    }
    ++context_->progress.retries;
    if (!backoff.wait(context_->cancellation)) {
      if (context_->cancellation.requested()) {
        return fail(FailureKind::cancelled, "the job was cancelled");
      }
      failure.message += " (given up after " + std::to_string(kTries) + " tries)";
      return fail(std::move(failure));
    }
    if (const auto ready = prepare_again(failure); !ready) {
      done = fail(ready.error());
      continue;
    }
    done = work(*connection_);
  }
  return {};
}

Outcome<void> SteadyConnection::prepare_again(const Failure& failure) {
  const bool lost = failure.commit_in_doubt || failure.kind == FailureKind::unavailable;
  if (!lost && connection_->rollback()) return {};
  auto opened = database::connect(context_->database, context_->cancellation);
  if (!opened) return fail(std::move(opened.error()));
  connection_ = std::move(*opened);
  return {};
}

}  // namespace winnow::tasks

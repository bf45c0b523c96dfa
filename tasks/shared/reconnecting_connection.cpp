#include "tasks/shared/reconnecting_connection.h"

#include "tasks/shared/backoff.h"

namespace winnow::tasks {
namespace {

using std::chrono::milliseconds;

constexpr std::int32_t kTries = 12;

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
    if (context_->cancellation.requested() || !worth_another_try(failure)) {
      static_cast<void>(connection_->rollback());
      return fail(std::move(failure));
    }
    ++context_->progress.retries;
    if (!backoff.wait(context_->cancellation)) {
      return fail(backoff.given_up(std::move(failure), context_->cancellation));
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
  if (!connection_lost(failure) && connection_->rollback()) return {};
  auto opened = database::connect(context_->database, context_->cancellation);
  if (!opened) return fail(std::move(opened.error()));
  connection_ = std::move(*opened);
  return {};
}

}  // namespace winnow::tasks

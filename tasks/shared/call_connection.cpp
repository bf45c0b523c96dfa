#include "tasks/shared/call_connection.h"

#include <utility>

#include "database/kept_connection.h"
#include "database/target.h"
#include "outcome/try.h"
#include "tasks/shared/lock_wait.h"

namespace winnow::tasks {
namespace {

using Clock = std::chrono::steady_clock;

// Nothing: there is none, or a new one has to do.
std::optional<Outcome<Json>> over_the_kept_one(const Context& context, const ConnectedWork& work) {
  auto kept = context.kept->take();
  if (kept.connection == nullptr) return std::nullopt;
  kept.connection->resume(context.cancellation, reporter_of(context.host));
  auto result = work(*kept.connection);
  const bool failed = !result;
  if (failed && kept.connection->is_outdated() && !context.cancellation.requested()) {
    return std::nullopt;
  }
  if (!failed) context.kept->give(std::move(kept));
  return result;
}

}  // namespace

Outcome<Json> over_a_connection(const Context& context, const ConnectedWork& work) {
  if (context.kept == nullptr) {
    WINNOW_TRY(const auto connection, connect(context));
    return work(*connection);
  }
  if (auto result = over_the_kept_one(context, work)) return *std::move(result);
  const auto connected = Clock::now();
  WINNOW_TRY(auto connection, connect(context));
  WINNOW_TRY(const bool stays, connection->can_be_kept(database::first_choice(context.database)));
  auto result = work(*connection);
  if (result && stays) {
    context.kept->give({.connection = std::move(connection), .connected = connected});
  }
  return result;
}

}  // namespace winnow::tasks

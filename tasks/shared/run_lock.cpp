#include "tasks/shared/run_lock.h"

#include <optional>
#include <utility>

#include "outcome/guard.h"
#include "outcome/try.h"

namespace winnow::tasks {

Outcome<std::unique_ptr<RunLock>> RunLock::take(Context& context, const std::string& task) {
  context.progress.phase = Phase::connecting;
  WINNOW_TRY(auto connection, ReconnectingConnection::open(context));
  auto lock = std::unique_ptr<RunLock>(new RunLock(context, task, std::move(connection)));
  WINNOW_CHECK(lock->confirm());
  return lock;
}

// Where this fails, the connection's end releases the lock.
RunLock::~RunLock() {
  if (!holds_) return;
  static_cast<void>(guarded([this] { return connection_.get().release_lock(task_); }));
}

Outcome<void> RunLock::confirm() {
  const std::lock_guard guard(mutex_);
  std::optional<Failure> refused;
  const RetriedOperation operation{.run = [&](database::Connection& connection) -> Outcome<void> {
    const bool held = std::exchange(holds_, false);
    if (held) {
      WINNOW_TRY(holds_, connection.has_lock(task_));
      if (holds_) return {};
      refused = Failure{
          .kind = FailureKind::configuration,
          .message =
              "the lock of `exclusive` is no longer with the session that took it: a pooler "
              "or a proxy before the server gave winnow another one, or somebody released "
              "it. Let `database.url` name the server itself, or leave `exclusive` out",
          .pointer = "/exclusive"};
      return {};
    }
    WINNOW_TRY(const auto lock, connection.take_lock(task_));
    if (!lock.is_own && !session_.empty() && lock.session == session_) {
      // Our own connection broke, and the server does not know yet.
      return fail(held_by(lock));
    }
    if (!lock.is_own) {
      refused = held_by(lock);
      return {};
    }
    if (!session_.empty()) {
      context_.host.log(LogLevel::warn,
                        "the lock of `exclusive` was lost with its connection and is taken again");
    }
    holds_ = true;
    session_ = lock.session;
    return {};
  }};
  WINNOW_CHECK(connection_.retry(operation));
  if (refused) return fail(*std::move(refused));
  return {};
}

Failure RunLock::held_by(const database::SessionLock& lock) const {
  const std::string who =
      lock.holder.empty() ? "a session that the server does not name" : lock.holder;
  const bool had_it = !session_.empty();
  return {.kind = FailureKind::conflict,
          .message = (had_it ? "the lock of `exclusive` was lost with its connection, and another "
                               "run of " +
                                   task_ + " has it now: "
                             : task_ + " runs on this database already, and `exclusive` allows one "
                                       "run at a time: ") +
                     who + (had_it ? "" : ". Wait until it ends, or end it"),
          .retryable = true};
}

}  // namespace winnow::tasks

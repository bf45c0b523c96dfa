#include "tasks/shared/lock_wait.h"

#include "document/duration.h"

namespace winnow::tasks {

void report(Host& host, const database::LockWait& wait) {
  host.log(LogLevel::warn,
           "waiting for " + wait.what + ", for " + document::in_seconds(wait.waited) + " so far");
  host.event({{"event", "waiting"}, {"for", wait.what}, {"waitedMs", wait.waited.count()}});
}

database::OnLockWait reporter_of(Host& host) {
  return [&host](const database::LockWait& wait) { report(host, wait); };
}

Outcome<std::unique_ptr<database::Connection>> connect(const Context& context) {
  return connect(context, context.database.target);
}

Outcome<std::unique_ptr<database::Connection>> connect(const Context& context,
                                                       database::Target target) {
  auto settings = context.database;
  settings.target = target;
  settings.on_lock_wait = reporter_of(context.host);
  return database::connect(settings, context.cancellation);
}

void LongWait::end() {
  const std::lock_guard guard(mutex_);
  began_.reset();
}

std::optional<std::chrono::milliseconds> LongWait::note() {
  const auto now = Clock::now();
  const std::lock_guard guard(mutex_);
  if (!began_) {
    began_ = now;
    report_ = now + database::kFirstLockReport;
  }
  if (now < report_) return std::nullopt;
  report_ = now + database::kBetweenLockReports;
  return lasted(now);
}

std::optional<std::chrono::milliseconds> LongWait::lasted() const {
  const std::lock_guard guard(mutex_);
  return lasted(Clock::now());
}

std::optional<std::chrono::milliseconds> LongWait::lasted(Clock::time_point now) const {
  if (!began_) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(now - *began_);
}

}  // namespace winnow::tasks

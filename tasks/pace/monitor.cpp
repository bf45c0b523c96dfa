#include "tasks/pace/monitor.h"

#include <algorithm>
#include <limits>

#include "outcome/guard.h"
#include "outcome/try.h"

namespace winnow::tasks {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kBetweenReadings{1};
// A server that does not even take a connection by then is looked at again later.
constexpr std::int32_t kConnectTimeoutMs = 2'000;

void add_above(std::vector<Waiting>& waiting, Reason reason,
               const std::optional<std::int64_t>& figure,
               const std::optional<std::int64_t>& limit) {
  if (!figure || !limit || *figure <= *limit) return;
  waiting.push_back({.reason = reason, .figure = *figure, .limit = *limit});
}

// Nothing where the replica is close enough.
std::optional<Waiting> lagging(const std::string& replica, milliseconds behind, const Pace& pace) {
  const auto most = pace.max_lag.value_or(kMaxLag);
  if (behind <= most) return std::nullopt;
  return Waiting{.reason = Reason::replica_lag,
                 .figure = behind.count(),
                 .limit = most.count(),
                 .of = replica};
}

}  // namespace

Monitor::Monitor(const Pace& pace, Watched watched) : pace_(pace), watched_(std::move(watched)) {
  const auto now = Clock::now();
  for (auto settings : pace.replicas) {
    settings.connect_timeout_ms = std::min(settings.connect_timeout_ms, kConnectTimeoutMs);
    replicas_.push_back({.settings = std::move(settings), .heard = now});
  }
  thread_ = std::thread([this] { watch(); });
}

Monitor::~Monitor() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  stop_.request();
  changed_.notify_all();
  thread_.join();
}

Outcome<std::optional<Waiting>> Monitor::waiting() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return looked_; });
  if (failure_) return fail(*failure_);
  if (waiting_.empty()) return std::optional<Waiting>();
  return std::optional(waiting_.front());
}

std::vector<std::string> Monitor::take_problems() {
  const std::lock_guard guard(mutex_);
  return std::exchange(problems_, {});
}

void Monitor::watch() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    // Without memory for a look nothing is known: what was known stays.
    std::vector<Waiting> found;
    const auto seen = guarded([&]() -> Outcome<void> {
      found = look();
      return {};
    });
    lock.lock();
    if (seen) waiting_ = std::move(found);
    looked_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, kBetweenReadings, [this] { return stopping_; });
  }
}

void Monitor::report(const std::string& what, const Failure& failure) {
  const std::lock_guard guard(mutex_);
  problems_.push_back(what + ": " + failure.message);
}

// A server that can't be asked is no reason to wait: the purge itself notices when it is gone.
std::vector<Waiting> Monitor::look() {
  std::vector<Waiting> waiting;
  const auto examine = [&]() -> Outcome<database::Pressure> {
    if (!server_) {
      auto settings = watched_.server;
      settings.connect_timeout_ms = std::min(settings.connect_timeout_ms, kConnectTimeoutMs);
      WINNOW_TRY(server_, database::connect(settings, stop_));
    }
    database::PressureQuestion question{.positions = lag_.positions()};
    for (const auto* table : watched_.tables) {
      question.schemas.push_back(table->schema);
      question.tables.push_back(table->name);
    }
    return server_->pressure(question);
  };
  const auto pressure = examine();
  const auto now = Clock::now();
  if (pressure) {
    waiting = judge(*pressure, now);
    reported_ = false;
  } else if (pressure.error().kind != FailureKind::cancelled) {
    server_.reset();
    if (!std::exchange(reported_, true))
      report("the server's health can't be read", pressure.error());
  }
  auto late = ask_replicas(now);
  std::move(late.begin(), late.end(), std::back_inserter(waiting));
  return waiting;
}

std::vector<Waiting> Monitor::judge(const database::Pressure& pressure, Clock::time_point now) {
  std::vector<Waiting> waiting;
  // Of the replicas that the server knows itself.
  auto applied_by_all = std::numeric_limits<std::int64_t>::max();
  for (const auto& replica : pressure.replicas) {
    applied_by_all = std::min(applied_by_all, replica.applied);
    auto late = lagging(replica.name, lag_.behind(replica.applied, now), pace_);
    if (late) waiting.push_back(*std::move(late));
  }
  // The operator's replicas have yet to be asked about them.
  if (replicas_.empty() && !pressure.replicas.empty()) lag_.forget(applied_by_all);
  lag_.note(pressure.position, now);
  if (pressure.position.empty() && !replicas_.empty()) {
    const std::lock_guard guard(mutex_);
    failure_ = Failure{
        .kind = FailureKind::configuration,
        .message =
            "the server does not say how far it has written, so that nobody can tell how far its "
            "replicas are: leave out `pace.replicas`, or switch gtid_mode on (MySQL)",
        .pointer = "/pace/replicas"};
  }

  const auto& health = pace_.health;
  add_above(waiting, Reason::lock_waiters, pressure.lock_waiters, health.lock_waiters);
  if (health.autovacuum && !pressure.vacuumed.empty()) {
    waiting.push_back({.reason = Reason::autovacuum, .of = pressure.vacuumed.front()});
  }
  if (pressure.wal_bytes) {
    if (wal_ && now > wal_->second) {
      const auto ms = std::chrono::duration_cast<milliseconds>(now - wal_->second).count();
      const auto rate = (*pressure.wal_bytes - wal_->first) * 1'000 / std::max<std::int64_t>(ms, 1);
      add_above(waiting, Reason::wal_rate, rate, health.wal_per_second);
    }
    wal_ = {*pressure.wal_bytes, now};
  }
  add_above(waiting, Reason::history_length, pressure.history_length, health.history_length);
  add_above(waiting, Reason::threads_running, pressure.threads_running, health.threads_running);
  add_above(waiting, Reason::flow_control, pressure.flow_control_queue, health.flow_control_queue);
  return waiting;
}

std::vector<Waiting> Monitor::ask_replicas(Clock::time_point now) {
  std::vector<Waiting> waiting;
  if (replicas_.empty()) return waiting;
  auto applied_by_all = std::numeric_limits<std::int64_t>::max();
  for (auto& replica : replicas_) {
    std::int64_t applied = 0;
    if (auto behind = ask(replica, now, applied)) waiting.push_back(std::move(*behind));
    applied_by_all = std::min(applied_by_all, applied);
  }
  lag_.forget(applied_by_all);
  return waiting;
}

// One that does not answer is behind by at least the time of its silence.
std::optional<Waiting> Monitor::ask(Replica& replica, Clock::time_point now,
                                    std::int64_t& applied) {
  const auto examine = [&]() -> Outcome<std::int64_t> {
    if (!replica.connection) {
      WINNOW_TRY(replica.connection, database::connect(replica.settings, stop_));
    }
    return replica.connection->applied(lag_.positions());
  };
  const auto answered = examine();
  auto behind = std::chrono::duration_cast<milliseconds>(now - replica.heard);
  if (answered) {
    applied = *answered;
    behind = lag_.behind(applied, now);
    replica.heard = now;
    replica.reported = false;
  } else if (answered.error().kind != FailureKind::cancelled) {
    replica.connection.reset();
    if (!std::exchange(replica.reported, true)) {
      report("the replica " + replica.settings.safe_name() + " can't be asked", answered.error());
    }
  }
  return lagging(replica.settings.safe_name(), behind, pace_);
}

}  // namespace winnow::tasks

// Leads the engine of a URL to its driver, and goes through the hosts that it names.
#include <vector>

#include "database/connection.h"
#include "database/mysql/driver.h"
#include "database/postgres/connection.h"
#include "database/sqlite/connection.h"
#include "database/target.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

using Connected = Outcome<std::unique_ptr<Connection>>;

Connected connect_to_host(const Settings& settings, const Cancellation& cancellation) {
  switch (settings.engine) {
    case Engine::postgresql:
      return connect_postgres(settings, cancellation);
    case Engine::sqlite:
      return connect_sqlite(settings, cancellation);
    case Engine::mysql:
      break;
  }
  return connect_mysql(settings, cancellation);
}

std::vector<Settings> hosts_of(const Settings& settings) {
  std::vector<Settings> hosts(settings.other_hosts.size() + 1, settings);
  for (std::size_t at = 0; at < hosts.size(); ++at) {
    hosts[at].other_hosts.clear();
    if (at == 0) continue;
    hosts[at].host = settings.other_hosts[at - 1].name;
    hosts[at].port = settings.other_hosts[at - 1].port;
  }
  return hosts;
}

// The failures of all hosts as one: it may pass if one of them may.
void add(Failure& all, const Failure& failure) {
  if (all.message.empty()) {
    all = failure;
    return;
  }
  all.message += "; " + failure.message;
  all.retryable = all.retryable || failure.retryable;
  if (failure.kind == FailureKind::unavailable) all.kind = FailureKind::unavailable;
}

// Whether the host was up, and only of the other kind.
bool is_of_the_other_kind(const Failure& failure) {
  return failure.sqlstate == kNotTheTarget;
}

Connected connect_to_any(const Settings& settings, const Cancellation& cancellation) {
  auto hosts = hosts_of(settings);
  Failure all;
  for (const auto round : rounds_of(settings)) {
    std::vector<Settings> others;
    all = {};
    for (auto& host : hosts) {
      host.target = round;
      auto connection = connect_to_host(host, cancellation);
      if (connection || connection.error().kind == FailureKind::cancelled) return connection;
      if (is_of_the_other_kind(connection.error())) others.push_back(host);
      add(all, connection.error());
    }
    hosts = std::move(others);
    if (hosts.empty()) break;
  }
  return fail(std::move(all));
}

}  // namespace

Connected connect(const Settings& settings, const Cancellation& cancellation) {
  WINNOW_TRY(auto connection, connect_to_any(settings, cancellation));
  const auto& expected = settings.expected;
  if (expected.empty()) return connection;
  const auto ask =
      expected.server.empty() ? Connection::Ask::place : Connection::Ask::place_and_server;
  WINNOW_TRY(const auto found, connection->identify(ask));
  WINNOW_CHECK(check_identity(expected, found));
  return connection;
}

}  // namespace winnow::database

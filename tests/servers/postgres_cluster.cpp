#include "tests/servers/postgres_cluster.h"

#include "database/connection.h"
#include "database/count.h"
#include "tests/support/require.h"

namespace winnow::tests {
namespace {

const Cancellation& never() {
  static const Cancellation cancellation;
  return cancellation;
}

void say(const database::Settings& server, const std::string& sql) {
  const auto connection = require(database::connect(server, never()));
  require(connection->query(database::plain(sql), [](const auto&) { return true; }));
}

void await_none(const database::Settings& server, const std::string& counting) {
  const auto connection = require(database::connect(server, never()));
  while (require(database::count_of(*connection, database::plain(counting))) > 0) {
  }
}

}  // namespace

PostgresCluster::PostgresCluster() : url_(script_.start("", "start-here")) {
  const auto settings = require(database::parse_url(url_));
  hosts_ = {{settings.host, settings.port}};
  hosts_.insert(hosts_.end(), settings.other_hosts.begin(), settings.other_hosts.end());
}

database::Settings PostgresCluster::of(const std::string& host) const {
  auto settings = require(database::parse_url(url_));
  settings.other_hosts.clear();
  settings.port = hosts_.at(static_cast<std::size_t>(host.back() - '1')).port;
  return settings;
}

std::string PostgresCluster::asynchronous_url() const {
  const auto settings = of(asynchronous_);
  return "postgresql://" + settings.user + ":" + settings.password + "@" + settings.host + ":" +
         std::to_string(settings.port) + "/" + settings.database;
}

void PostgresCluster::set(const std::string& host, const std::string& name,
                          const std::string& value) const {
  script_.act("setting", host + " " + name + " '" + value + "'");
}

void PostgresCluster::restore() {
  if (whole_) return;
  synchronous_ = primary_ == "db1" ? "db2" : "db1";
  asynchronous_ = primary_ == "db3" ? "db2" : "db3";
  script_.act("restore", primary_ + " " + synchronous_);
  whole_ = true;
}

void PostgresCluster::promote(const std::string& host) {
  script_.act("promote", host);
  primary_ = host;
}

void PostgresCluster::lose_primary(Loss loss) {
  whole_ = false;
  switch (loss) {
    case Loss::killed:
      script_.act("crash", primary_);
      break;
    case Loss::stands_still:
      script_.act("freeze", primary_);
      break;
    case Loss::fenced:
      set(primary_, "default_transaction_read_only", "on");
      say(primary(),
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
          "'winnow' "
          "AND pid <> pg_backend_pid()");
      break;
  }
  promote(synchronous_);
}

void PostgresCluster::silence_asynchronous() {
  whole_ = false;
  set(asynchronous_, "primary_conninfo", "");
  await_none(of(asynchronous_), "SELECT count(*) FROM pg_stat_wal_receiver");
}

void PostgresCluster::lose_commits() {
  whole_ = false;
  script_.act("crash", primary_);
  script_.act("crash", synchronous_);
  promote(asynchronous_);
}

void PostgresCluster::delay_asynchronous(const std::string& time) {
  set(asynchronous_, "recovery_min_apply_delay", time);
}

}  // namespace winnow::tests

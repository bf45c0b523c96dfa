#include "database/postgres/transaction.h"

#include <array>
#include <string>
#include <utility>

namespace winnow::database {
namespace {

constexpr std::array kAlways = {
    std::pair{"TimeZone", "UTC"},
    std::pair{"DateStyle", "ISO"},
    // A table whose rows a policy hides in part is an error: its other rows would look like
    // orphans, and a deletion that leaves rows out would pass for a whole one.
    std::pair{"row_security", "off"},
    // No compiler is started for a statement of milliseconds.
    std::pair{"jit", "off"},
    // Where a pooler or a socket of the file system lies between.
    std::pair{"idle_in_transaction_session_timeout", "10min"},
};

// Should this machine vanish, its locks go with the transaction: the server asks for it after 5 s
// without a word, and waits 20 s for what it has sent to be acknowledged. Its own default is two
// hours.
constexpr std::array kOfPeer = {
    PeerSettings::Setting{"tcp_keepalives_idle", "5"},
    PeerSettings::Setting{"tcp_keepalives_interval", "5"},
    PeerSettings::Setting{"tcp_keepalives_count", "3"},
    PeerSettings::Setting{"tcp_user_timeout", "20000"},
};

class SettingsWriter {
 public:
  void add(std::string_view expression) {
    statement_.sql += statement_.sql.empty() ? "SELECT " : ", ";
    statement_.sql += expression;
  }
  void set(std::string_view name, std::string value) {
    add("set_config(");
    statement_.sql += placeholder(std::string(name)) + ", ";
    statement_.sql += placeholder(std::move(value)) + ", true)";
  }
  Statement take() { return std::move(statement_); }

 private:
  std::string placeholder(std::string value) {
    statement_.parameters.emplace_back(std::move(value));
    return "$" + std::to_string(statement_.parameters.size()) + "::text";
  }

  Statement statement_;
};

// What is another value once the server was started, was promoted in another one's place, or came
// back from a crash. After a crash of one of its sessions alone the postmaster stays, and the
// statistics start anew; before version 15 they lie in a file, which is too slow to read in each
// transaction.
std::string server_start(int server_version) {
  constexpr int kStatisticsInMemory = 150'000;
  std::string start = "date_part('epoch', pg_postmaster_start_time())";
  if (server_version < kStatisticsInMemory) return start;
  return start + " || '/' || date_part('epoch', pg_stat_get_bgwriter_stat_reset_time())";
}

constexpr char kStartFollows = '@';

}  // namespace

PeerSettings::PeerSettings() : sent_(kOfPeer.begin(), kOfPeer.end()) {}

// A setting that was not taken is 0 afterwards, as it is over a socket of the file system.
void PeerSettings::learn(const Row& answer) {
  process_ = answer.text(0).value_or("");
  std::vector<Setting> taken;
  const auto first = answer.size() - sent_.size();
  for (std::size_t at = 0; at < sent_.size(); ++at) {
    if (answer.text(first + at) != "0") taken.push_back(sent_[at]);
  }
  sent_ = std::move(taken);
  known_ = true;
}

Statement postgres_settings(const Settings& settings, const PeerSettings& peer, Plans plans) {
  SettingsWriter writer;
  if (!peer.is_known()) writer.add("pg_backend_pid()");
  if (settings.one_processor) writer.set("max_parallel_workers_per_gather", "0");
  // The configuration's before winnow's own, which have the last word.
  for (const auto& [name, value] : settings.session) writer.set(name, value);
  if (!settings.search_path.empty()) writer.set("search_path", settings.search_path);
  writer.set("lock_timeout", std::to_string(settings.lock_timeout_ms) + "ms");
  for (const auto& [name, value] : kAlways) writer.set(name, value);
  // An index where one can serve, also on a table without statistics. A plan that scans then means
  // that there is no index (tasks/selection/plan_check.h).
  writer.set("enable_seqscan", plans == Plans::any ? "on" : "off");
  for (const auto& [name, value] : peer.sent()) writer.set(name, value);
  auto statement = writer.take();
  statement.keeps_plan = peer.is_known();
  return statement;
}

Statement postgres_standing() {
  auto statement = plain(R"sql(
SELECT concat_ws(' ',
  CASE WHEN pg_is_in_recovery() THEN 'standby'
       WHEN current_setting('default_transaction_read_only') = 'on' THEN 'read-only'
       ELSE 'primary' END,
  current_database(), current_schemas(false)::text, date_part('epoch', pg_postmaster_start_time()),
  (SELECT string_agg(concat_ws(' ', s.setdatabase, s.setrole, s.setconfig), ' ' ORDER BY s.setdatabase, s.setrole)
   FROM pg_catalog.pg_db_role_setting s
   WHERE s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
     AND s.setrole IN (0, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = session_user)))),
  pg_backend_pid())sql");
  statement.keeps_plan = true;
  return statement;
}

Failure postgres_refused_settings(const Settings& settings, Failure failure) {
  const bool by_server = !failure.sqlstate.empty();
  const bool passes = failure.retryable || failure.kind == FailureKind::unavailable ||
                      failure.kind == FailureKind::cancelled;
  if (!by_server || passes) return failure;
  // The server's words name the setting, or they speak of its value alone.
  std::string named;
  std::string all;
  const auto add = [](std::string& names, const std::string& name) {
    names += (names.empty() ? "`" : ", `") + name + "`";
  };
  for (const auto& [name, value] : settings.session) {
    add(all, name);
    if (failure.message.find(name) != std::string::npos) add(named, name);
  }
  if (!settings.search_path.empty()) add(all, "search_path");
  if (all.empty()) return failure;
  failure.kind = FailureKind::configuration;
  failure.blame = Blame::none;
  failure.message =
      "the server refuses what the configuration sets in winnow's sessions, in "
      "`connection-init-sql` "
      "or in the URL: " +
      (named.empty() ? all : named) + ". " + failure.message;
  return failure;
}

std::vector<Statement> postgres_begin(const Settings& settings, const PeerSettings& peer) {
  return {plain("BEGIN ISOLATION LEVEL READ COMMITTED"), postgres_settings(settings, peer)};
}

Statement postgres_transaction_name(int server_version) {
  return {.sql = std::string("SELECT pg_current_xact_id() || '") + kStartFollows + "' || " +
                 server_start(server_version),
          .parameters = {},
          .keeps_plan = true};
}

Statement postgres_transaction_status(const std::string& name, int server_version) {
  const auto at = name.find(kStartFollows);
  const auto start = at == std::string::npos ? std::string() : name.substr(at + 1);
  return {.sql = "SELECT pg_xact_status($1::text::xid8), ((" + server_start(server_version) +
                 ")::text = $2::text)::text",
          .parameters = {name.substr(0, at), start}};
}

}  // namespace winnow::database

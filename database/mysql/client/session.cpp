#include "database/mysql/client/session.h"

#include <algorithm>
#include <errmsg.h>
#include <poll.h>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "database/mysql/client/library.h"
#include "database/mysql/client/lock_wait.h"
#include "database/mysql/client/options.h"
#include "database/mysql/client/wait.h"
#include "database/mysql/errors.h"
#include "database/mysql/vitess_errors.h"
#include "database/url/silence.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

constexpr std::uint16_t kPort = 3306;
constexpr unsigned long kOldest = 80021;  // 8.0.21
// Rows that an UPDATE found count as changed, as on the other servers. Several statements in one
// text are winnow's own (send()): whatever comes from outside is bound.
constexpr unsigned long kCapabilities = CLIENT_FOUND_ROWS | CLIENT_MULTI_STATEMENTS;
// For a result that may not come, once KILL QUERY has been answered.
constexpr std::chrono::milliseconds kAfterKill(250);

// What a session of winnow's is like, whatever the server's or the account's defaults: READ
// COMMITTED, so that a purge locks its own rows and no gaps that Kestra inserts into
// (docs/measurements.md); UTC; MySQL's plain SQL (backslash escapes, no ANSI quotes); table sizes
// as they are now and not as of yesterday; no guard for people who forget a WHERE or a LIMIT
// (sql_safe_updates, max_join_size, sql_select_limit): a result that the server cuts off without a
// word would make orphans of all the rest. Foreign keys are looked at, also where the import of a
// dump left them switched off for the server: else rows would go that others lead to. A COMMIT is
// no more than a COMMIT (completion_type). A table that is locked whole is waited for no longer
// than a row. Texts are UTF-8 on their way, whatever `init_connect` or a server that passes over
// the handshake (character_set_client_handshake) made of the session: names would be compared as
// others, and executions that exist be taken for missing.
std::string set_up_statement(const Settings& settings, bool is_vitess) {
  const auto lock_seconds = std::max(1, (settings.lock_timeout_ms + 999) / 1000);
  // 0 is vtgate's own: no limit. Any other it writes into each SELECT, and GET_LOCK takes none.
  // A transaction of its own is one of one shard, or it is refused:
  // shards are committed one after the other.
  const std::string differs = is_vitess ? "sql_select_limit = 0, transaction_mode = 'single', "
                                        : "sql_select_limit = 18446744073709551615, "
                                          "NAMES utf8mb4 COLLATE utf8mb4_general_ci, "
                                          "foreign_key_checks = 1, ";
  return "SET SESSION transaction_isolation = 'READ-COMMITTED', time_zone = '+00:00', "
         "sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION', "
         "information_schema_stats_expiry = 0, sql_safe_updates = 0, sql_big_selects = 1, " +
         differs +
         "completion_type = 'NO_CHAIN', "
         "innodb_lock_wait_timeout = " +
         std::to_string(lock_seconds) + ", lock_wait_timeout = " + std::to_string(lock_seconds) +
         ", autocommit = 1";
}

// A peer that has vanished is found out within some 20 seconds; one that is up, however long it
// works on a statement, replies to the probes. A socket of the file system has no such options.
void find_out_dead_peers(int socket) {
  constexpr int kOn = 1;
  constexpr int kIdleSeconds = 5;
  constexpr int kIntervalSeconds = 5;
  constexpr int kProbes = 3;
  constexpr unsigned int kUnacknowledgedMs = 20'000;
  const auto set = [socket](int level, int name, const auto& value) {
    (void)::setsockopt(socket, level, name, &value, sizeof(value));
  };
  set(SOL_SOCKET, SO_KEEPALIVE, kOn);
  set(IPPROTO_TCP, TCP_KEEPIDLE, kIdleSeconds);
  set(IPPROTO_TCP, TCP_KEEPINTVL, kIntervalSeconds);
  set(IPPROTO_TCP, TCP_KEEPCNT, kProbes);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, kUnacknowledgedMs);
}

}  // namespace

// Which session this thread runs a call of.
class MysqlSession::Driving {
 public:
  explicit Driving(MysqlSession* driven) : before_(std::exchange(session, driven)) {}
  Driving(const Driving&) = delete;
  Driving& operator=(const Driving&) = delete;
  ~Driving() { session = before_; }

  static thread_local MysqlSession* session;

 private:
  MysqlSession* before_;
};
thread_local MysqlSession* MysqlSession::Driving::session = nullptr;

MysqlSession::MysqlSession(const Settings& settings, const Cancellation& cancellation)
    : settings_(settings),
      cancellation_(&cancellation),
      name_(settings.safe_name()),
      timeout_(settings.connect_timeout_ms) {
  if (use_mysql_library()) mysql_.reset(mysql_init(nullptr));
}

MysqlSession::~MysqlSession() {
  if (!connected_) give_up();
  const WithoutPipeSignal quiet;
  mysql_.reset();
}

// Shut, the socket makes every later call fail at once: closing waits for nothing. Where connecting
// came to an end in vain there is none, and the connector must not be asked: it may look for it in
// memory that it has freed.
void MysqlSession::give_up() {
  broken_ = true;
  if (!connected_ && !driving_) return;
  const auto socket = mysql_get_socket(mysql_.get());
  if (socket != MARIADB_INVALID_SOCKET) ::shutdown(socket, SHUT_RDWR);
}

Outcome<std::unique_ptr<MysqlSession>> MysqlSession::open(const Settings& settings,
                                                          const Cancellation& cancellation) {
  std::unique_ptr<MysqlSession> session(new MysqlSession(settings, cancellation));  // NOLINT
  if (!session->mysql_) return fail(mysql_no_memory());
  auto started = session->start();
  if (started) return session;
  auto failure = std::move(started.error());
  if (failure.kind != FailureKind::cancelled) {
    failure.message = session->name_ + ": " + failure.message;
    const bool refused = failure.sqlstate.starts_with("28");
    if (refused && settings.password.empty()) failure.message += "; no password is configured";
  }
  return fail(std::move(failure));
}

Outcome<void> MysqlSession::start() {
  if (is_cancelled()) return fail(FailureKind::cancelled, "cancelled while connecting");
  const auto* wait = reinterpret_cast<const void*>(&MysqlSession::wait_inside);
  WINNOW_CHECK(set_mysql_options(mysql_.get(), settings_, attribute_, wait));
  deadline_ = Clock::now() + timeout_;
  const auto socket = settings_.options.find("socket");
  const char* path = socket == settings_.options.end() ? nullptr : socket->second.c_str();
  // All is named, and nothing left to the connector: it would ask the environment.
  const std::string named = settings_.host.empty() ? "localhost" : settings_.host;
  const char* host = path == nullptr ? named.c_str() : nullptr;
  const auto port = settings_.port == 0 ? kPort : settings_.port;
  const auto user = user_of(settings_);
  WINNOW_TRY(
      const MYSQL* connected,
      call(mysql_real_connect_start, mysql_real_connect_cont, mysql_.get(), host, user.c_str(),
           settings_.password.c_str(), settings_.database.c_str(), port, path, kCapabilities));
  if (connected == nullptr) {
    if (failed_inside_) return fail(*failed_inside_);
    return fail(left_without_buffer() ? abandon() : failure());
  }
  connected_ = true;
  find_out_dead_peers(mysql_get_socket(mysql_.get()));
  uses_tls_ = mysql_get_ssl_cipher(mysql_.get()) != nullptr;
  WINNOW_CHECK(check_server());
  deadline_ = Clock::time_point::max();
  return {};
}

// Where the connector gets no memory for a connection's buffer it frees the connection, keeps a
// pointer to it, and frees it once more when it is closed. It has no error of its own for that.
bool MysqlSession::left_without_buffer() const {
  return mysql_errno(mysql_.get()) == CR_SERVER_LOST &&
         std::string_view(mysql_error(mysql_.get())).starts_with("Can't connect to server (");
}

// Takes that pointer away, and loses what else is kept beside it.
Failure MysqlSession::abandon() {
  mysql_->options.extension = nullptr;
  return mysql_no_memory();
}

Outcome<void> MysqlSession::check_server() {
  const std::string version = mysql_get_server_info(mysql_.get());
  if (mariadb_connection(mysql_.get()) != 0) {
    return fail(FailureKind::schema,
                "this server is MariaDB (" + version +
                    "), which can't hold Kestra's schema (its columns are generated by `->>`, "
                    "which MariaDB does not have): the URL has to lead to the MySQL server that "
                    "Kestra uses");
  }
  is_vitess_ = version.find("Vitess") != std::string::npos;
  if (mysql_get_server_version(mysql_.get()) < kOldest) {
    return fail(FailureKind::schema, "this server is MySQL " + version +
                                         "; winnow needs 8.0.21 or later, as Kestra needs 8");
  }
  return {};
}

Outcome<void> MysqlSession::drive(const Start& start, const Resume& resume) {
  std::optional<WithoutPipeSignal> quiet;
  if (uses_tls_ || !connected_) quiet.emplace();
  const Driving driving(this);
  int wanted = start();
  while (wanted != 0) {
    driving_ = true;
    const auto ready = wait(wanted);
    if (!ready) {
      give_up();  // the call stays where it was
      return fail(ready.error());
    }
    wanted = resume(*ready);
  }
  driving_ = false;
  return {};
}

// The connector waits on its own in TLS's handshake, and where it closes a connection.
int MysqlSession::wait_inside(my_socket socket, my_bool reads, int /*timeout*/) {
  auto* session = Driving::session;
  if (session == nullptr) {
    constexpr int kFarewell = 1'000;
    pollfd descriptor{socket, static_cast<short>(reads != 0 ? POLLIN : POLLOUT), 0};
    return ::poll(&descriptor, 1, kFarewell);
  }
  auto ready = session->wait(reads != 0 ? MYSQL_WAIT_READ : MYSQL_WAIT_WRITE);
  if (ready) return 1;
  session->failed_inside_ = std::move(ready.error());
  return -1;
}

// Returns when the socket is ready, with what it is ready for.
Outcome<int> MysqlSession::wait(int wanted) {
  const auto began = Clock::now();
  auto look = connected_ && watches() ? began + first_look(settings_) : Clock::time_point::max();
  while (true) {
    if (is_cancelled() && watches()) {
      if (!connected_) return fail(FailureKind::cancelled, "cancelled while connecting");
      send_kill();
    }
    const auto ready = poll_until(std::min(deadline_, look), wanted);
    if (!ready || *ready != 0) return ready;
    if (const auto now = Clock::now(); now >= look && now < deadline_ && watches()) {
      const auto looked =
          look_after(std::chrono::duration_cast<std::chrono::milliseconds>(now - began));
      look = Clock::now() + kBetweenLockReports;
      if (looked) continue;
      // What has arrived meanwhile is an answer all the same.
      const auto answered = poll_until(Clock::now(), wanted);
      if (!answered || *answered != 0) return answered;
      return fail(looked.error());
    }
    if (Clock::now() >= deadline_) {
      return fail(Failure{.kind = FailureKind::unavailable,
                          .message = "the server did not answer within " +
                                     std::to_string(timeout_.count()) + " ms" +
                                     (connected_ ? "" : " (is it a MySQL server?)"),
                          .retryable = true});
    }
  }
}

Outcome<int> MysqlSession::poll_until(Clock::time_point deadline, int wanted) {
  return poll_mysql({.socket = mysql_get_socket(mysql_.get()),
                     .wanted = wanted,
                     .watches = watches(),
                     .wake = watches() ? cancellation_->wake_descriptor() : -1,
                     .deadline = deadline});
}

std::string MysqlSession::peer() const {
  return peer_of(mysql_get_socket(mysql_.get()));
}

// Another session looks: this one is busy. A statement that works and waits for nobody is no news.
Outcome<void> MysqlSession::look_after(std::chrono::milliseconds waited) {
  ServerLook look(settings_, waited);
  auto other = open(look.settings(), *cancellation_);
  if (other && look.went_elsewhere(peer(), (*other)->peer())) {
    other = open(look.settings(), *cancellation_);
  }
  if (!other) return look.refused(other.error());
  if (!settings_.on_lock_wait) return {};
  (*other)->enter_cleanup();
  auto what = mysql_lock_wait(**other, mysql_thread_id(mysql_.get()), told_what_is_missing_);
  if (!what.empty()) settings_.on_lock_wait({.waited = waited, .what = std::move(what)});
  return {};
}

Outcome<void> MysqlSession::send(const std::string& sql) {
  if (is_set_up_) return send_as_it_is(sql);
  auto set = send_as_it_is(set_up_statement(settings_, is_vitess_) + "; " + sql);
  // Nothing runs in a session that is not set up.
  if (!set) {
    give_up();
    return set;
  }
  is_set_up_ = true;
  return go_to_next_result();
}

void MysqlSession::shorten_the_wait() {
  deadline_ = std::min(deadline_, Clock::now() + kAfterKill);
}

Outcome<void> MysqlSession::set_up() {
  if (is_set_up_) return {};
  auto set = send_as_it_is(set_up_statement(settings_, is_vitess_));
  if (!set) give_up();
  is_set_up_ = set.has_value();
  return set;
}

Outcome<void> MysqlSession::send_as_it_is(const std::string& sql) {
  WINNOW_TRY(const int result, call(mysql_real_query_start, mysql_real_query_cont, mysql_.get(),
                                    sql.data(), sql.size()));
  if (result != 0) return fail(failure());
  return {};
}

// A KILL QUERY that reaches the server between two statements of a text ends all that follow: the
// next has no result then.
Outcome<void> MysqlSession::go_to_next_result() {
  result_may_fail_to_come_ = true;
  if (asked_to_cancel_) shorten_the_wait();
  auto result = call(mysql_next_result_start, mysql_next_result_cont, mysql_.get());
  result_may_fail_to_come_ = false;
  if (!result) return fail(std::move(result.error()));
  if (*result > 0) return fail(failure());
  return {};
}

void MysqlSession::check_cancellation() {
  if (is_cancelled() && watches()) send_kill();
}

// KILL QUERY goes over a connection of its own, as the first one is busy; once it has been answered
// it can no longer hit a later statement. A server that can't be reached for it, or that isn't the
// statement's own, is waited for no longer than `timeout_`, here and for the statement's own end.
void MysqlSession::send_kill() {
  asked_to_cancel_ = true;
  if (is_vitess_) {
    // vtgate knows no KILL QUERY; it ends what a connection that is gone has asked for.
    give_up();
    return;
  }
  const Cancellation never;
  if (auto other = open(settings_, never)) {
    (*other)->enter_cleanup();
    kill_mysql_query(**other, mark());
  }
  deadline_ = Clock::now() + timeout_;
  if (result_may_fail_to_come_) shorten_the_wait();
}

MysqlSessionMark MysqlSession::mark() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::uint16_t port = 0;
  if (::getsockname(mysql_get_socket(mysql_.get()), reinterpret_cast<sockaddr*>(&address), &size) ==
      0) {
    if (address.ss_family == AF_INET) {
      port = ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    } else if (address.ss_family == AF_INET6) {
      port = ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    }
  }
  return {mysql_thread_id(mysql_.get()), port, attribute_};
}

void MysqlSession::serve(const Cancellation* cancellation, OnLockWait on_lock_wait) {
  cancellation_ = cancellation;
  settings_.on_lock_wait = std::move(on_lock_wait);
}

void MysqlSession::enter_cleanup() {
  in_cleanup_ = true;
  deadline_ = Clock::now() + timeout_;
}

void MysqlSession::leave_cleanup() {
  in_cleanup_ = false;
  if (!asked_to_cancel_) deadline_ = Clock::time_point::max();
}

bool MysqlSession::hung_up() {
  if (broken_) return true;
  pollfd descriptor{mysql_get_socket(mysql_.get()), POLLRDHUP, 0};
  if (::poll(&descriptor, 1, 0) > 0) give_up();
  return broken_;
}

Failure MysqlSession::failure() {
  return failure(mysql_errno(mysql_.get()), mysql_sqlstate(mysql_.get()),
                 mysql_error(mysql_.get()));
}

Failure MysqlSession::failure(unsigned int number, const char* sqlstate, const char* message) {
  if (mysql_connection_lost(number)) give_up();
  auto failure = mysql_failure(number, sqlstate, message, asked_to_cancel_);
  if (is_vitess_) read_vitess_failure(failure);
  // TLS that fails in the log-in will fail again; later it is a link that broke.
  if (connected_ && number == CR_SSL_CONNECTION_ERROR) failure.retryable = true;
  return failure;
}

Failure MysqlSession::lost() {
  auto failure = mysql_failure(CR_SERVER_LOST, {}, "the server closed the connection", false);
  failure.message = name_ + ": " + failure.message;
  return failure;
}

}  // namespace winnow::database

#include "database/postgres/session_lock.h"

#include "database/count.h"
#include "database/texts.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

// `winn` in ASCII: the first number of all of winnow's locks. The second is of the name and of the
// table in which Kestra has its executions, so that two schemas of a database don't hinder each
// other.
constexpr std::string_view kSpace = "2003398254";
constexpr std::string_view kKey =
    "hashtext($1 || ' ' || coalesce(to_regclass('executions')::oid::text, current_schema(), ''))";

// pg_locks has both numbers without a sign.
std::string lock_row() {
  return "l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted AND l.classid = " +
         std::string(kSpace) + " AND l.objid::bigint = (" + std::string(kKey) +
         "::bigint & 4294967295) AND l.database = "
         "(SELECT oid FROM pg_database WHERE datname = current_database())";
}

Statement on_key(std::string_view function, const std::string& name) {
  return {.sql = "SELECT " + std::string(function) + "(" + std::string(kSpace) + ", " +
                 std::string(kKey) + ")::int",
          .parameters = {name}};
}

// A pooler may know more than one server: the process alone would not tell them apart.
Outcome<std::string> session_of(Connection& connection) {
  return text_of(connection, plain("SELECT pg_backend_pid() || ' ' || pg_postmaster_start_time()"));
}

tl::unexpected<Failure> shared_session() {
  return fail(
      FailureKind::configuration,
      "`exclusive` needs a session of its own on the server, and a pooler before it "
      "(pgbouncer in transaction or statement mode) lends one session to several clients: "
      "a lock would stay with a session that others use. Let `database.url` name the server "
      "itself, or a pool in session mode; or leave `exclusive` out, several runs share a "
      "backlog",
      "/exclusive");
}

// A client of a pool in transaction mode has no session between its statements: another client gets
// it. The pool hands out the one that was used last, or each in turn.
Outcome<void> check_own_session(Connection& connection, const ConnectAgain& connect_again) {
  constexpr int kLooks = 60;
  WINNOW_TRY(const auto own, session_of(connection));
  WINNOW_TRY(const auto other, connect_again());
  for (int look = 0; look < kLooks; ++look) {
    WINNOW_TRY(const auto found, session_of(*other));
    if (found == own) return shared_session();
  }
  WINNOW_TRY(const auto still, session_of(connection));
  if (still != own) return shared_session();
  return {};
}

Outcome<SessionLock> holder_of(Connection& connection, const std::string& name) {
  const Statement statement{
      .sql =
          "SELECT l.pid, concat('process ', l.pid, ' of the server', "
          "' (' || nullif(a.application_name, '') || ')', ', user ' || a.usename, "
          "', from ' || host(a.client_addr), "
          "', connected since ' || to_char(a.backend_start AT TIME ZONE 'UTC', "
          "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')) "
          "FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid WHERE " +
          lock_row(),
      .parameters = {name}};
  return holder_in(connection, statement);
}

}  // namespace

Outcome<SessionLock> take_postgres_lock(Connection& connection, const std::string& name,
                                        int backend, const ConnectAgain& connect_again) {
  WINNOW_TRY(const auto process, count_of(connection, plain("SELECT pg_backend_pid()")));
  if (process != backend) WINNOW_CHECK(check_own_session(connection, connect_again));
  WINNOW_TRY(const auto taken, count_of(connection, on_key("pg_try_advisory_lock", name)));
  if (taken == 0) return holder_of(connection, name);
  WINNOW_TRY(const bool has, has_postgres_lock(connection, name));
  if (!has) return shared_session();
  return SessionLock{.is_own = true, .session = std::to_string(process)};
}

// clock_timestamp() is volatile: a pgpool that sends what only reads to replicas sends this to the
// primary.
Outcome<bool> has_postgres_lock(Connection& connection, const std::string& name) {
  const Statement statement{.sql =
                                "SELECT count(*), clock_timestamp() FROM pg_locks l WHERE "
                                "l.pid = pg_backend_pid() AND " +
                                lock_row(),
                            .parameters = {name}};
  WINNOW_TRY(const auto found, text_of(connection, statement));
  return found == "1";
}

Outcome<void> release_postgres_lock(Connection& connection, const std::string& name) {
  WINNOW_CHECK(count_of(connection, on_key("pg_advisory_unlock", name)));
  return {};
}

}  // namespace winnow::database

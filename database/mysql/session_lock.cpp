#include "database/mysql/session_lock.h"

#include "database/count.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

// At most 64 characters: `winnow.PurgeExecutions.` and a part of the database's hash.
constexpr std::string_view kLockName =
    "CONCAT('winnow.', ?, '.', LEFT(SHA2(IF(@@lower_case_table_names = 0, DATABASE(), "
    "LOWER(DATABASE())), 256), 32))";

Statement on_lock(const std::string& before, const std::string& name, const std::string& after) {
  return {.sql = "SELECT " + before + std::string(kLockName) + after, .parameters = {name}};
}

tl::unexpected<Failure> session_of_a_proxy() {
  return fail(
      FailureKind::configuration,
      "`exclusive` needs a session of its own on the server, and a proxy before it gives "
      "winnow's statements to several: the one that took the lock is not the one that was "
      "asked next. Let `database.url` name the server itself, or switch sharing of "
      "connections off in the proxy; or leave `exclusive` out, several runs share a backlog",
      "/exclusive");
}

// Without the PROCESS privilege the server tells of the user's own sessions alone.
Outcome<SessionLock> holder_of_lock(Connection& connection, const std::string& name) {
  const Statement statement{
      .sql =
          "SELECT l.ID, CONCAT('session ', l.ID, ' of the server', COALESCE(CONCAT(', user ', "
          "p.USER, ' from ', p.HOST), '')) FROM (SELECT IS_USED_LOCK(" +
          std::string(kLockName) +
          ") AS ID) l LEFT JOIN information_schema.PROCESSLIST p ON p.ID = l.ID",
      .parameters = {name}};
  return holder_in(connection, statement);
}

}  // namespace

Outcome<SessionLock> take_mysql_lock(Connection& connection, const std::string& name) {
  WINNOW_TRY(const auto taken, count_of(connection, on_lock("GET_LOCK(", name, ", 0)")));
  if (taken == 0) return holder_of_lock(connection, name);
  WINNOW_TRY(auto lock, holder_of_lock(connection, name));
  WINNOW_TRY(lock.is_own, has_mysql_lock(connection, name));
  if (!lock.is_own) return session_of_a_proxy();
  return lock;
}

Outcome<bool> has_mysql_lock(Connection& connection, const std::string& name) {
  WINNOW_TRY(const auto own,
             count_of(connection, on_lock("IS_USED_LOCK(", name, ") = CONNECTION_ID()")));
  return own == 1;
}

Outcome<void> release_mysql_lock(Connection& connection, const std::string& name) {
  WINNOW_CHECK(count_of(connection, on_lock("RELEASE_LOCK(", name, ")")));
  return {};
}

}  // namespace winnow::database

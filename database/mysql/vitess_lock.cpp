#include "database/mysql/vitess_lock.h"

#include "database/texts.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

// As on MySQL, with the keyspace for the database: at most 64 characters.
Outcome<std::string> ask(Connection& connection, const std::string& function,
                         const std::string& name, const std::string& more = {}) {
  WINNOW_TRY(
      const auto lock,
      text_of(connection, {.sql = "SELECT CONCAT('winnow.', ?, '.', "
                                  "LEFT(SHA2(SUBSTRING_INDEX(SUBSTRING_INDEX(DATABASE(), '@', 1), "
                                  "':', 1), 256), 32))",
                           .parameters = {name}}));
  return text_of(connection,
                 {.sql = "SELECT " + function + "(?" + more + ")", .parameters = {lock}});
}

}  // namespace

Outcome<SessionLock> take_vitess_lock(Connection& connection, const std::string& name) {
  WINNOW_TRY(const auto taken, ask(connection, "GET_LOCK", name, ", 0"));
  SessionLock lock{.is_own = taken.starts_with('1')};
  WINNOW_TRY(lock.session, holder_of_vitess_lock(connection, name));
  lock.holder = "session " + lock.session + " of a shard's MySQL, of which vtgate tells no more";
  return lock;
}

Outcome<std::string> holder_of_vitess_lock(Connection& connection, const std::string& name) {
  return ask(connection, "IS_USED_LOCK", name);
}

Outcome<void> release_vitess_lock(Connection& connection, const std::string& name) {
  WINNOW_CHECK(ask(connection, "RELEASE_LOCK", name));
  return {};
}

}  // namespace winnow::database

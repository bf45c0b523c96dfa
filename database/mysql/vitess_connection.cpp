#include "database/mysql/vitess_connection.h"

#include "database/mysql/client/written_out.h"
#include "database/mysql/health.h"
#include "database/mysql/vitess_probe.h"
#include "database/texts.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

// GET_LOCK goes to one shard, always the same one, over a connection that vtgate keeps for the
// session; a lock function stands alone in its statement, and takes a name that is written out: as
// on MySQL, with the keyspace for the database, of at most 64 characters.
Outcome<std::string> ask_vitess_lock(Connection& connection, const std::string& function,
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

// The number of that connection at the shard's MySQL; empty: nobody has the lock. While it has the
// lock it is the session's own, and a connection that is lost takes the lock with it.
Outcome<std::string> holder_of_vitess_lock(Connection& connection, const std::string& name) {
  return ask_vitess_lock(connection, "IS_USED_LOCK", name);
}

}  // namespace

Outcome<Schema> VitessConnection::probe(std::span<const std::string> tables) {
  WINNOW_CHECK(check_usable());
  return vitess_schema(*this, tables);
}

Outcome<Health> VitessConnection::examine(const Schema& schema) {
  WINNOW_TRY(auto health, MysqlConnection::examine(schema));
  return of_all_shards(*this, std::move(health));
}

Outcome<std::int64_t> VitessConnection::run_with_values(const Statement& statement,
                                                        const RowHandler* handler) {
  WINNOW_TRY(const auto written, written_out(session(), statement));
  return run_as_it_is(written, handler);
}

// vtgate names errors of the way to a shard too: what became of the transaction there is not told.
void VitessConnection::note_failed_commit(Failure& failure) {
  session().give_up();
  failure.kind = FailureKind::unavailable;
  failure.retryable = true;
}

Statement VitessConnection::health_statement(const Schema& schema) const {
  return mysql_health_by_list(schema, dialect());
}

Outcome<void> VitessConnection::add_notes(MysqlPlanReader& reader, const Statement& explained) {
  reader.add_statement(explained.sql);
  return {};
}

Outcome<SessionLock> VitessConnection::take_lock(const std::string& name) {
  WINNOW_TRY(const auto taken, ask_vitess_lock(*this, "GET_LOCK", name, ", 0"));
  SessionLock lock{.is_own = taken.starts_with('1')};
  WINNOW_TRY(lock.session, holder_of_vitess_lock(*this, name));
  lock.holder = "session " + lock.session + " of a shard's MySQL, of which vtgate tells no more";
  if (lock.is_own) lock_session_ = lock.session;
  return lock;
}

Outcome<bool> VitessConnection::has_lock(const std::string& name) {
  WINNOW_TRY(const auto holder, holder_of_vitess_lock(*this, name));
  return !holder.empty() && holder == lock_session_;
}

Outcome<void> VitessConnection::release_lock(const std::string& name) {
  WINNOW_CHECK(ask_vitess_lock(*this, "RELEASE_LOCK", name));
  return {};
}

}  // namespace winnow::database

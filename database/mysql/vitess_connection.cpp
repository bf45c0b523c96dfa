#include "database/mysql/vitess_connection.h"

#include "database/mysql/client/written_out.h"
#include "database/mysql/health.h"
#include "database/mysql/vitess_lock.h"
#include "database/mysql/vitess_probe.h"
#include "outcome/try.h"

namespace winnow::database {

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
  WINNOW_TRY(auto lock, take_vitess_lock(*this, name));
  if (lock.is_own) lock_session_ = lock.session;
  return lock;
}

Outcome<bool> VitessConnection::has_lock(const std::string& name) {
  WINNOW_TRY(const auto holder, holder_of_vitess_lock(*this, name));
  return !holder.empty() && holder == lock_session_;
}

Outcome<void> VitessConnection::release_lock(const std::string& name) {
  return release_vitess_lock(*this, name);
}

}  // namespace winnow::database

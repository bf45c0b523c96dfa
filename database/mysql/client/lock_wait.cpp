#include "database/mysql/client/lock_wait.h"

#include "database/mysql/client/answer.h"
#include "database/mysql/client/session.h"

namespace winnow::database {
namespace {

// Tables that are locked whole, and rows. For accounts that may read performance_schema.
std::string with_holders(const std::string& number) {
  return "(SELECT CONCAT('a lock on table \"', wanted.OBJECT_NAME, '\" (', wanted.LOCK_TYPE, ')', "
         "COALESCE(CONCAT(', which session ', holder.PROCESSLIST_ID, ' of ', "
         "holder.PROCESSLIST_USER, ' holds'), '')) "
         "FROM performance_schema.threads own "
         "JOIN performance_schema.metadata_locks wanted ON wanted.OWNER_THREAD_ID = own.THREAD_ID "
         "AND wanted.LOCK_STATUS = 'PENDING' "
         "LEFT JOIN performance_schema.metadata_locks held ON held.OBJECT_TYPE = "
         "wanted.OBJECT_TYPE "
         "AND held.OBJECT_SCHEMA = wanted.OBJECT_SCHEMA AND held.OBJECT_NAME = wanted.OBJECT_NAME "
         "AND held.LOCK_STATUS = 'GRANTED' AND held.OWNER_THREAD_ID <> wanted.OWNER_THREAD_ID "
         "LEFT JOIN performance_schema.threads holder ON holder.THREAD_ID = held.OWNER_THREAD_ID "
         "WHERE own.PROCESSLIST_ID = " +
         number +
         " LIMIT 1) UNION ALL "
         "(SELECT CONCAT('a lock on a row of table \"', wanted.OBJECT_NAME, '\" (', "
         "wanted.LOCK_MODE, '), which session ', holder.PROCESSLIST_ID, ' of ', "
         "holder.PROCESSLIST_USER, ' holds') "
         "FROM performance_schema.threads own "
         "JOIN performance_schema.data_lock_waits waits ON waits.REQUESTING_THREAD_ID = "
         "own.THREAD_ID "
         "JOIN performance_schema.data_locks wanted ON wanted.ENGINE_LOCK_ID = "
         "waits.REQUESTING_ENGINE_LOCK_ID "
         "JOIN performance_schema.threads holder ON holder.THREAD_ID = waits.BLOCKING_THREAD_ID "
         "WHERE own.PROCESSLIST_ID = " +
         number + " LIMIT 1)";
}

// Own sessions are visible without a right of their own; a wait for a row has no state there.
std::string by_state(const std::string& number) {
  return "SELECT CONCAT('a lock (', STATE, ')') FROM information_schema.PROCESSLIST WHERE ID = " +
         number + " AND STATE LIKE 'Waiting for%lock'";
}

std::string first_of(MysqlSession& session, const std::string& sql) {
  std::string found;
  const RowHandler handler = [&](const Row& row) {
    if (found.empty()) found = row.text(0).value_or("");
    return true;
  };
  if (session.send(sql)) (void)read_mysql_answer(session, &handler);
  return found;
}

}  // namespace

std::string mysql_lock_wait(MysqlSession& other, unsigned long number) {
  const auto text = std::to_string(number);
  auto what = first_of(other, with_holders(text));
  return what.empty() ? first_of(other, by_state(text)) : what;
}

}  // namespace winnow::database

#include "database/mysql/client/lock_wait.h"

#include <utility>

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

// Own sessions are visible without a right of their own. A wait for a row has no state there, but
// any account may know whether somebody waits for one.
enum class Rows { seen, guessed };

std::string by_state(const std::string& number, Rows rows) {
  const std::string guess = rows == Rows::guessed ? " OR s.VARIABLE_VALUE > 0)" : ")";
  return "SELECT IF(p.STATE LIKE 'Waiting for%lock', CONCAT('a lock (', p.STATE, ')'), CONCAT('a "
         "lock on a row, as it "
         "seems (sessions that wait for one: ', s.VARIABLE_VALUE, ')')) "
         "FROM information_schema.PROCESSLIST p JOIN performance_schema.global_status s "
         "ON s.VARIABLE_NAME = 'Innodb_row_lock_current_waits' WHERE p.ID = " +
         number + " AND (p.STATE LIKE 'Waiting for%lock'" + guess;
}

constexpr const char* kGrant =
    "SELECT CONCAT('; a right lets winnow tell who holds it: GRANT SELECT ON performance_schema.* "
    "TO ', "
    "QUOTE(LEFT(account.u, CHAR_LENGTH(account.u) - CHAR_LENGTH(account.h) - 1)), '@', "
    "QUOTE(account.h)) "
    "FROM (SELECT CURRENT_USER() AS u, SUBSTRING_INDEX(CURRENT_USER(), '@', -1) AS h) AS account";

}  // namespace

std::string mysql_lock_wait(MysqlSession& other, unsigned long number, bool& told_what_is_missing) {
  const auto text = std::to_string(number);
  const auto known = mysql_first_cell(other, with_holders(text));
  if (known && !known->empty()) return *known;
  // Who may see all waits sees that it is none for a row.
  auto what =
      mysql_first_cell(other, by_state(text, known ? Rows::seen : Rows::guessed)).value_or("");
  const bool may_not = !known && known.error().kind == FailureKind::schema;
  if (what.empty() || !may_not || std::exchange(told_what_is_missing, true)) return what;
  return what + mysql_first_cell(other, kGrant).value_or("");
}

}  // namespace winnow::database

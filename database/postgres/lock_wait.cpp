#include "database/postgres/lock_wait.h"

#include <cstdint>

namespace winnow::database {
namespace {

// Who may not see another role's session is shown its number and role at least.
constexpr std::string_view kLockWait = R"sql(
SELECT CASE WHEN waiting.wait_event = 'SyncRep' THEN 'a standby to confirm what it commits (synchronous_standby_names is "'
  || current_setting('synchronous_standby_names') || '")' ELSE 'a lock'
  || coalesce((SELECT CASE WHEN l.locktype = 'tuple' OR l.relation IS NULL THEN ' on a row' ELSE '' END
                 || coalesce(' on table "' || c.relname || '"', '') || ' (' || l.mode || ')'
               FROM pg_catalog.pg_locks l
               LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
               WHERE l.pid = waiting.pid AND NOT l.granted LIMIT 1), '')
  || coalesce((SELECT ', which '
                 || string_agg('session ' || b.pid || coalesce(' ("' || nullif(b.application_name, '') || '" of '
                      || b.usename || coalesce(', ' || b.state, '') || ')', ''), ' and ' ORDER BY b.pid)
                 || CASE WHEN count(*) = 1 THEN ' holds' ELSE ' hold or wait for' END
               FROM pg_catalog.pg_stat_activity b
               WHERE b.pid = ANY (pg_blocking_pids(waiting.pid))), '') END
FROM pg_catalog.pg_stat_activity waiting
WHERE waiting.pid = $1::text::int AND (waiting.wait_event_type = 'Lock' OR waiting.wait_event = 'SyncRep')
  AND waiting.usename = session_user AND waiting.datname = current_database())sql";

}  // namespace

Statement postgres_lock_wait_statement(int backend) {
  return {.sql = std::string(kLockWait), .parameters = {std::to_string(backend)}};
}

}  // namespace winnow::database

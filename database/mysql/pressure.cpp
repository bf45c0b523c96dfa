#include "database/mysql/pressure.h"

#include "database/mysql/health.h"
#include "document/strings.h"

namespace winnow::database {
namespace {

// A set of GTIDs is printed with line breaks in it.
constexpr std::string_view kPosition =
    "SELECT IF(@@GLOBAL.gtid_mode = 'ON', REPLACE(@@GLOBAL.gtid_executed, '\n', ''), '')";

constexpr std::string_view kThreads = "SHOW GLOBAL STATUS LIKE 'Threads_running'";

constexpr std::string_view kQueue =
    "SELECT MAX(COUNT_TRANSACTIONS_REMOTE_IN_APPLIER_QUEUE + COUNT_TRANSACTIONS_IN_QUEUE) "
    "FROM performance_schema.replication_group_member_stats";

// Of the sessions that have winnow's name, those of its own account.
constexpr std::string_view kWaiters = R"sql(
SELECT COUNT(DISTINCT w.REQUESTING_THREAD_ID)
FROM performance_schema.data_lock_waits AS w
JOIN performance_schema.threads AS b ON b.THREAD_ID = w.BLOCKING_THREAD_ID
JOIN performance_schema.threads AS r ON r.THREAD_ID = w.REQUESTING_THREAD_ID
WHERE b.PROCESSLIST_ID IN (SELECT PROCESSLIST_ID FROM performance_schema.session_account_connect_attrs
                           WHERE ATTR_NAME = 'program_name' AND ATTR_VALUE = 'winnow')
  AND r.PROCESSLIST_ID NOT IN (SELECT PROCESSLIST_ID FROM performance_schema.session_account_connect_attrs
                               WHERE ATTR_NAME = 'program_name' AND ATTR_VALUE = 'winnow'))sql";

}  // namespace

std::vector<PressureFigure> mysql_pressure_figures() {
  const auto counter = [](std::optional<std::int64_t> Pressure::*member) {
    return [member](const std::string& value, Pressure& pressure) {
      pressure.*member = document::number_of<std::int64_t>(value);
    };
  };
  return {{plain(kPosition), [](const std::string& value, Pressure& to) { to.position = value; }},
          {plain(kThreads), counter(&Pressure::threads_running)},
          {mysql_history_statement(), counter(&Pressure::history_length)},
          {plain(kQueue), counter(&Pressure::flow_control_queue)},
          {plain(kWaiters), counter(&Pressure::lock_waiters)}};
}

Statement mysql_applied_statement(const TextList& positions) {
  Statement statement{.sql = "SELECT 0", .parameters = {}};
  for (const auto& position : positions) {
    statement.sql += " + GTID_SUBSET(?, g.executed)";
    statement.parameters.emplace_back(position);
  }
  statement.sql += " FROM (SELECT @@GLOBAL.gtid_executed AS executed) AS g";
  return statement;
}

}  // namespace winnow::database

#include "database/mysql/client/cancel.h"

#include <array>

#include <sys/random.h>

#include "database/mysql/client/answer.h"
#include "document/strings.h"

namespace winnow::database {
namespace {

// Of a SELECT 1.
bool finds_a_row(MysqlSession& session, const std::string& sql) {
  return mysql_first_cell(session, sql).value_or("") == "1";
}

// Own sessions are visible without a right of their own in both tables.
bool is_its_server(MysqlSession& other, const MysqlSessionMark& mark) {
  if (mark.local_port == 0) return true;
  const auto number = std::to_string(mark.number);
  return finds_a_row(other, "SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = " + number +
                                " AND SUBSTRING_INDEX(HOST, ':', -1) = '" +
                                std::to_string(mark.local_port) + "'") ||
         finds_a_row(other,
                     "SELECT 1 FROM performance_schema.session_account_connect_attrs WHERE "
                     "PROCESSLIST_ID = " +
                         number + " AND ATTR_NAME = 'winnow_session' AND ATTR_VALUE = '" +
                         mark.attribute + "'");
}

}  // namespace

std::string new_mysql_session_attribute() {
  std::array<char, 16> bytes{};
  (void)::getrandom(bytes.data(), bytes.size(), 0);
  return document::hexadecimal({bytes.data(), bytes.size()});
}

bool kill_mysql_query(MysqlSession& other, const MysqlSessionMark& mark) {
  if (!is_its_server(other, mark)) return false;
  return other.send("KILL QUERY " + std::to_string(mark.number)).has_value();
}

}  // namespace winnow::database
